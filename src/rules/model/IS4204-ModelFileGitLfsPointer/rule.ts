/** Cause: in the place of the model file lies a Git LFS pointer, a text of some 130 bytes. */
import { advice } from '../../../fixes/advice.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { isPointer, POINTER, pointerObject, unreadableHit } from '../../../views/model-format.ts';
import { sourceRef } from '../../../views/model-origin.ts';
import { modelOrigin } from '../../../views/model-place.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4204',
  name: 'ModelFileGitLfsPointer',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The model file is a Git LFS pointer',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'git-lfs',
    'version https://git-lfs.github.com/spec/v1',
    'model-file-is-git-lfs-pointer',
    'model-file-unreadable',
    'KeyError: 118',
    "invalid load key, 'v'",
  ],
  needs: { runs: containerRuns, template: podTemplate, source: serverSource },
  messages: {
    pointer: '{origin} is no model but a text that begins with v, as a Git LFS pointer does',
    sized: '{origin} is no model but a text of {bytes} bytes that begins with v, as a Git LFS pointer does',
    tiny: '{origin} is no model: it has {bytes} bytes, the size of a Git LFS pointer',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log does not look as if the model file were a Git LFS pointer', alsoRunning: true },
      (run, log) => {
        const from = source.state === 'present' ? source.value : undefined;
        const sized = pointerObject(from);
        const isText = isPointer(log);
        const hit = isText ? log.ending(...POINTER) : sized && unreadableHit(log);
        if (!hit) return undefined;
        const fallback = modelOrigin(run.container, from, template.workload);
        const object = fallback.object ?? sized;
        const uri = object?.uri ?? from?.uri;
        const isSmall = object?.bytes !== undefined && object.bytes < 1024;
        const common = {
          subject: uri === undefined ? fallback.subject : sourceRef(uri),
          certainty: isText && (isSmall || /git-lfs/.test(hit.text)) ? ('confirmed' as const) : ('likely' as const),
          basis: !isText
            ? 'the reader refuses the file, which has the size of a pointer and not of a model'
            : isSmall
              ? 'the reader stops at the first letter, v, and the file is far too small for a model'
              : 'the reader stops at the first letter, v',
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          cite: [hit.cite, ...(object ? [object.cite] : [])] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          wants: fallback.wants,
          fixes: [
            advice(
              template.workload,
              'Put the real file in the place of the pointer',
              'Run git lfs pull in the clone before the model is uploaded or copied into the image',
            ),
          ],
        };
        const origin = uri ?? `The model file of ${fallback.origin}`;
        if (!isText && object?.bytes !== undefined)
          return context.found({ message: 'tiny', args: { origin, bytes: object.bytes }, ...common });
        return isSmall && object.bytes !== undefined
          ? context.found({ message: 'sized', args: { origin, bytes: object.bytes }, ...common })
          : context.found({ message: 'pointer', args: { origin }, ...common });
      },
    );
  },
});
