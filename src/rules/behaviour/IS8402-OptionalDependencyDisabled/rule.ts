/** Cause: a program could not load a library and switched one of its functions off, instead of failing. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { imageRef } from '../../../model/reference.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import type { LogHit, RunLog } from '../../../views/run-log.ts';
import { runningLogs } from '../../../views/running-logs.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS8402',
  name: 'OptionalDependencyDisabled',
  stage: 'behaviour',
  role: 'cause',
  since: '0.1.0',
  title: 'A function of the program is switched off for want of a library',
  appliesTo: ['Pod'],
  looksAt: 'asked',
  effects: ['work-not-done'],
  aliases: [
    'core-dependency-import-swallowed',
    'drift-detection-silently-off',
    'Evidently not available - drift detection disabled',
    'not available',
    'disabled',
  ],
  needs: { running: runningLogs, template: podTemplate },
  messages: {
    off: 'Container {container} runs with {work} switched off, for want of {library}',
  },
  check({ running, template }, context) {
    if (running.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { logs, gaps, state } = running.value;
    if (state.troubled.some((container) => container.trouble === 'exits' || container.trouble === 'create'))
      return context.notApplicable('a container of the pod does not run');
    for (const { container, log } of logs) {
      const hit = switchedOff(log);
      const library = hit?.match.groups?.['library'];
      const work = hit?.match.groups?.['work']?.trim();
      if (!hit || library === undefined || work === undefined) continue;
      return context.found({
        message: 'off',
        args: { library, container: container.name, work },
        subject: imageRef(container.image),
        certainty: 'confirmed',
        basis: 'the program says which function it switched off, and why',
        consequence: `The pod is Ready and its health check answers, while its image cannot import ${library}.`,
        cite: [hit.cite, container.cite],
        trace: [
          { text: `the import of ${library} fails and is caught`, cite: [hit.cite] },
          { text: 'the process goes on, and its probes succeed', cite: [container.cite] },
        ],
        fixes: [
          rebuildImage(
            container.image,
            `with ${library} in a version that it can import`,
            template.workload,
            `Let the program fail where that import fails, instead of catching the error: without ${work} it should not start`,
          ),
        ],
      });
    }
    const [gap, ...more] = gaps;
    if (gap) return context.unknown(gap, ...more);
    if (running.value.logs.length === 0) return context.notApplicable('no container runs whose log could tell');
    return context.ruledOut('no log tells of a function that is switched off', running.cite);
  },
});

/** `X not available - Y disabled`, `X not installed, Y will be skipped`, `Y disabled: X could not be imported`. */
const OFF: readonly RegExp[] = [
  /(?<library>[A-Za-z][\w.-]{1,60}) (?:is |was )?(?:not (?:available|installed|found|importable)|unavailable|missing|could not be imported|cannot be imported)\s?[-–—:;,.(]{1,2}\s?(?<work>[a-z][\w -]{2,60}?) (?:is |are |will be |has been |turned |switched )*(?:disabled|off|skipped|inactive)\b/i,
  /(?<work>\b[a-z][\w-]{2,40}(?: [a-z][\w-]{2,40}){0,3}) (?:is |are |will be |has been )?(?:disabled|switched off|turned off|skipped)[^\n]{0,20}?(?:\(|:|,|because|since|as)\s?(?:the )?(?:package |library |module )?(?<library>[A-Za-z][\w.-]{1,60}) (?:is |was )?(?:not (?:available|installed|found|importable)|unavailable|missing|could not be imported)/i,
  /(?:disabling|skipping) (?<work>[a-z][\w -]{2,60}?)(?: because|:|,| since| as| -) ?(?:the )?(?<library>[A-Za-z][\w.-]{1,60}) (?:is |was )?(?:not (?:available|installed|found)|unavailable|missing)/i,
];

/** Work that a server is as good without: faster paths, look of the output, telemetry of libraries, endpoints nobody asked for. */
const HARMLESS =
  /accelerat|optimi[sz]|fast|fused|kernel|flash|attention|cuda|gpu|xformers|triton|apex|jit|compil|speed|colou?r|progress|tensorboard|wandb|telemetry|usage stat|metrics export|debug|profil|reload|auto-?complet|warning|cache|endpoint|http\/?2|uvloop|swagger|docs/i;

function switchedOff(log: RunLog): LogHit | undefined {
  const hit = log.last(...OFF);
  if (!hit) return undefined;
  const words = `${hit.match.groups?.['library'] ?? ''} ${hit.match.groups?.['work'] ?? ''}`;
  // "falling back to …", "using … instead": another path does the same work.
  return HARMLESS.test(words) || /fall(?:ing)? ?back|instead|using (?:the )?(?:default|pure|slow)/i.test(hit.text)
    ? undefined
    : hit;
}
