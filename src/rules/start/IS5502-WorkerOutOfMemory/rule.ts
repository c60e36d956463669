/** Cause: a worker process of a container is killed again and again, most likely for its memory, while process 1 lives on and the pod looks healthy. */
import { advice } from '../../../fixes/advice.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { textAt } from '../../../model/json.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { parseQuantity } from '../../../views/parse/quantity.ts';
import type { ContainerState } from '../../../views/pod-state.ts';
import { containerOfTemplate, podTemplate } from '../../../views/pod-template.ts';
import type { RunLog } from '../../../views/run-log.ts';
import { runningLogs } from '../../../views/running-logs.ts';
import { defineRule } from '../../define.ts';

/** gunicorn `arbiter.py`, celery/billiard, PyTorch DataLoader, concurrent.futures, joblib/loky, TorchServe, Node cluster. */
const KILLED: readonly RegExp[] = [
  /[Ww]orker \(pid: ?(?<pid>\d{1,10})\) was sent SIGKILL/,
  /Worker with pid (?<pid>\d{1,10}) was terminated due to signal 9$/,
  /Worker exited prematurely: signal 9/,
  /DataLoader worker \(pid\S* \d{1,10}\) is killed by signal: Killed/,
  /worker process managed by the executor was unexpectedly terminated/,
  /[Ww]orker (?:process )?\S{0,40} ?(?:was )?(?:killed|terminated|died)[^\n]{0,40}(?:SIGKILL|signal 9|status 137|exit code 137)/,
];

export default defineRule({
  code: 'IS5502',
  name: 'WorkerOutOfMemory',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A worker process is killed while its container stays',
  appliesTo: ['Pod'],
  looksAt: 'asked',
  effects: ['work-not-done', 'container-not-ready'],
  aliases: [
    'oom-killed-child-process',
    'oom-killed-worker',
    'Perhaps out of memory?',
    'was sent SIGKILL',
    'signal 9',
    'PodOutOfMemory',
  ],
  needs: { running: runningLogs, runs: containerRuns, template: podTemplate },
  messages: {
    limit: 'Container {container} lost {count} of its workers to SIGKILL; its memory limit is {limit}',
    noLimit: 'Container {container} lost {count} of its workers to SIGKILL; it has no memory limit',
  },
  check({ running, runs, template }, context) {
    if (running.state !== 'present' || runs.state !== 'present')
      return context.notApplicable('the pod is not there to be looked at');
    const unready = runs.value.flatMap((run) =>
      run.ended || run.log.state !== 'present' ? [] : [{ container: run.container, log: run.log.value }],
    );
    const candidates: readonly { readonly container: ContainerState; readonly log: RunLog }[] = [
      ...running.value.logs,
      ...unready,
    ];
    for (const { container, log } of candidates) {
      const hit = log.ending(...KILLED);
      if (!hit) continue;
      // gunicorn sends SIGKILL itself to a worker that does not answer: another cause with the same line.
      const pid = hit.match.groups?.['pid'];
      if (log.before(hit.line, pid === undefined ? 40 : hit.line, new RegExp(`WORKER TIMEOUT \\(pid:${pid ?? ''}`)))
        return context.ruledOut('the server itself killed a worker that did not answer in time', hit.cite);
      const count = log.lines.filter((line) =>
        KILLED.some((expression) => expression.test(line.slice(0, 1000))),
      ).length;
      const limitText = textAt(container.spec, 'resources', 'limits', 'memory');
      const common = {
        subject: template.workload,
        container: container.name,
        certainty: 'likely' as const,
        consequence: container.ready
          ? `The server starts another worker each time, which is killed as well: the container is Ready with ${container.restarts} restarts and serves little or nothing.`
          : 'The server starts another worker each time, which is killed as well, and the container does not get Ready.',
        effects: [container.ready ? ('work-not-done' as const) : ('container-not-ready' as const)],
        trace: [
          { text: 'process 1 lives on, so the container is neither restarted nor OOMKilled', cite: [container.cite] },
        ],
      };
      if (limitText === undefined) {
        return context.found({
          message: 'noLimit',
          args: { container: container.name, count },
          ...common,
          certainty: 'possible',
          basis: 'the server says that its worker was sent SIGKILL; who sent it was not seen',
          cite: [hit.cite, container.cite],
          fixes: [
            advice(
              template.workload,
              'Look for the kill in the kernel log of the node',
              'On the node, dmesg says which process the kernel killed and for what',
            ),
          ],
        });
      }
      const doubled = `${Math.ceil(((parseQuantity(limitText) ?? 0) * 4) / (1024 * 1024))}Mi`;
      return context.found({
        message: 'limit',
        args: { container: container.name, count, limit: limitText },
        ...common,
        basis:
          'the server says that its worker was sent SIGKILL, there was no worker timeout, and a memory limit is set',
        cite: [
          hit.cite,
          containerOfTemplate(template, container.name)?.cite('memory limit', '/resources/limits/memory') ??
            container.cite,
          container.cite,
        ],
        fixes: [
          changeContainer(
            template,
            container.name,
            { resources: { limits: { memory: doubled } } },
            {
              title: `Raise the memory limit of container ${container.name} to ${doubled}`,
              applicability: 'review',
              change: `raise resources.limits.memory of container ${container.name}, or run fewer workers: each holds a model of its own`,
            },
          ),
        ],
      });
    }
    const [gap, ...more] = running.value.gaps;
    if (gap) return context.unknown(gap, ...more);
    if (candidates.length === 0) return context.notApplicable('no container runs whose log could tell');
    return context.ruledOut('no log tells of a killed worker', running.cite);
  },
});
