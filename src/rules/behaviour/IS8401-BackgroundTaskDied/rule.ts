/** Cause: a background task of a running program ended with an error; the process lives on, and that work is not done any more. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import type { RunLog } from '../../../views/run-log.ts';
import { citeUserFrame, codeOrigin, placeOf } from '../../../views/run-trace.ts';
import { runningLogs } from '../../../views/running-logs.ts';
import type { Traceback } from '../../../views/signals/index.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS8401',
  name: 'BackgroundTaskDied',
  stage: 'behaviour',
  role: 'cause',
  since: '0.1.0',
  title: 'A background task ended with an error while the pod stays Ready',
  appliesTo: ['Pod'],
  looksAt: 'asked',
  effects: ['work-not-done'],
  aliases: [
    'Task exception was never retrieved',
    'python-name-error-in-background-task',
    'asyncio-import-removed',
    'Exception in thread',
    'BackgroundTaskFailed',
  ],
  needs: { running: runningLogs, template: podTemplate },
  messages: {
    task: 'The background task {task} of container {container} ended with {exception}: {detail}',
    thread: 'A background task of container {container} ended at {place} with {exception}: {detail}',
  },
  check({ running, template }, context) {
    if (running.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { logs, gaps, state } = running.value;
    // While a container of the pod crashes, that is the question.
    if (state.troubled.some((container) => container.trouble === 'exits' || container.trouble === 'create'))
      return context.notApplicable('a container of the pod does not run');
    for (const { container, log } of logs) {
      const died = log.tracebacks.findLast((traceback) => traceback.background && isTask(log, traceback));
      if (!died) continue;
      const header = log.before(died.fromLine, 4, /coro=<(?<task>[\w.<>]{1,120})\(\)/);
      const task = header?.match.groups?.['task'];
      const place = placeOf(died) ?? 'an unknown place';
      const head = log.before(died.fromLine, 4, ...TASK) ?? header;
      const from = head?.line ?? died.fromLine;
      const isShort = died.messageLine - from < 8;
      const story = isShort
        ? ([log.cite('the task that died', from, died.messageLine)] as const)
        : ([log.cite('the exception', died.messageLine), ...(head ? [head.cite] : [])] as const);
      const name = /^(?:NameError|UnboundLocalError)$/.test(died.exception)
        ? /'([^']{1,60})'/.exec(died.message)?.[1]
        : undefined;
      const file = died.userFrame?.file.replace(/^.*\//, '') ?? 'the program';
      const common = {
        subject: codeOrigin({ container }, died.userFrame?.file, template.workload),
        certainty: 'confirmed' as const,
        basis: 'the log tells that the exception ended the task and was caught by nobody',
        consequence:
          'What the task did is not done any more; the process, its health check and the pod go on as if nothing had happened.',
        cite: [...story, container.cite] as const,
        trace: [
          {
            text: `${place}${died.userFrame?.code === undefined ? '' : ` runs ${died.userFrame.code.slice(0, 120)}`}`,
            cite: [isShort ? story[0] : citeUserFrame(log, died)],
          },
          { text: 'the process goes on, and its probes succeed', cite: [container.cite] },
        ],
        fixes: [
          rebuildImage(
            container.image,
            name === undefined ? `with the error at ${place} mended` : `with ${name} imported or defined in ${file}`,
            template.workload,
            `Mend ${place}, and have the task watched: when it ends, the health check should fail`,
          ),
        ],
      };
      const args = {
        container: container.name,
        exception: died.exception,
        detail: quoted(died.message.split('\n')[0] ?? '', BRIEF),
      };
      return task === undefined
        ? context.found({ message: 'thread', args: { ...args, place }, ...common })
        : context.found({ message: 'task', args: { ...args, task }, ...common });
    }
    const [gap, ...more] = gaps;
    if (gap) return context.unknown(gap, ...more);
    if (running.value.logs.length === 0) return context.notApplicable('no container runs whose log could tell');
    return context.ruledOut('no log tells of a background task that ended with an error', running.cite);
  },
});

/** CPython `asyncio/tasks.py` and `threading.py`; APScheduler; concurrent.futures. */
const TASK: readonly RegExp[] = [
  /Task exception was never retrieved/,
  /Exception in thread /,
  /Task was destroyed but it is pending/,
  /Job "[^"]{1,200}" .{0,80}raised an exception/,
];

/** A request that failed also leaves a traceback and lets the process live; only a task or a thread is work of its own. */
function isTask(log: RunLog, traceback: Traceback): boolean {
  return log.before(traceback.fromLine, 4, ...TASK) !== undefined;
}
