/** Cause: two containers of a pod, or two processes of one, want the same port. */
import { advice } from '../../../fixes/advice.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import type { Citation } from '../../../model/evidence.ts';
import { booleanAt, listAt, numberAt } from '../../../model/json.ts';
import { containerEnvironment } from '../../../views/container-environment.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import type { ContainerState } from '../../../views/pod-state.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { runningLogs, type RunningLog } from '../../../views/running-logs.ts';
import { defineRule } from '../../define.ts';

const TAKEN: readonly RegExp[] = [
  /\[Errno 98\].{0,80}\('[^']{0,80}', (?<port>\d{1,5})/,
  // gunicorn sock.py, since 20: `connection to ('0.0.0.0', 5001) failed: [Errno 98] …`.
  /\('[^']{0,80}', (?<port>\d{1,5})\) failed: \[Errno 98\]/,
  /Connection in use: \('[^']{0,80}', (?<port>\d{1,5})\)/,
  /listen (?:tcp|udp)\d? [^\s]{0,60}:(?<port>\d{1,5}): bind: address already in use/,
  /EADDRINUSE[^\n]{0,80}:(?<port>\d{1,5})\b/,
  /Port (?<port>\d{1,5}) (?:is|was) already in use/,
  /Failed to (?:bind|listen)[^\n]{0,80}:(?<port>\d{1,5})\b/,
  /(?:A|a)ddress already in use/,
];

/** Another container of the pod that says it listens on the port, or declares it. */
function holderOf(
  logs: readonly RunningLog[],
  container: ContainerState,
  port: string,
): { readonly name: string; readonly cite: Citation } | undefined {
  const others = logs.filter((candidate) => candidate.container.name !== container.name);
  const listening = new RegExp(`(?:running|listening|started|serving|bound).{0,80}:${port}\\b`, 'i');
  for (const other of others) {
    const hit = /^\d{1,5}$/.test(port) ? other.log.last(listening) : undefined;
    if (hit) return { name: other.container.name, cite: hit.cite };
  }
  const declares = others.find((other) =>
    listAt(other.container.spec, 'ports').some((entry) => String(numberAt(entry, 'containerPort')) === port),
  );
  return declares && { name: declares.container.name, cite: declares.container.cite };
}

export default defineRule({
  code: 'IS5409',
  name: 'PortInUse',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The port that a container wants is taken already',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'port-in-use',
    'port-in-use-in-pod',
    'address already in use',
    'Errno 98',
    'EADDRINUSE',
    'Connection in use',
  ],
  needs: { runs: containerRuns, template: podTemplate, environment: containerEnvironment, listeners: runningLogs },
  messages: {
    container: 'Containers {container} and {other} of one pod both listen on port {port}',
    hostNetwork:
      'Port {port}, which container {container} wants, is taken on the node: the pod uses the network of the node',
    taken: 'Port {port}, which container {container} wants, is taken already in its pod',
  },
  check({ runs, template, environment, listeners }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no port that is taken', alsoRunning: true },
      (run, log) => {
        const hit = log.ending(...TAKEN);
        if (!hit) return undefined;
        const { container, state } = run;
        const port =
          hit.match.groups?.['port'] ??
          log.before(hit.line, 20, /:(?<port>\d{2,5})\b/)?.match.groups?.['port'] ??
          'unknown';
        const other = listeners.state === 'present' ? holderOf(listeners.value.logs, container, port) : undefined;
        const variable =
          environment.state === 'present'
            ? environment.value.variables.find(
                (candidate) => candidate.container === container.name && candidate.value === port,
              )
            : undefined;
        const free = String(Number(port) + 1);
        const isNumber = /^\d+$/.test(port);
        const common = {
          subject: template.workload,
          container: container.name,
          consequence: 'The containers of a pod share one network, so the one that comes second ends at every start.',
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            isNumber
              ? changeContainer(
                  template,
                  container.name,
                  { env: [{ name: variable?.name ?? 'PORT', value: free }] },
                  {
                    title: `Let container ${container.name} listen on another port (${variable?.name ?? 'PORT'}=${free})`,
                    applicability: 'review',
                    change: `let container ${container.name} listen on another port than ${port}`,
                  },
                )
              : advice(
                  template.workload,
                  `Let container ${container.name} listen on another port`,
                  'Set its port variable or argument',
                ),
          ],
        };
        if (other) {
          return context.found({
            message: 'container',
            args: { container: container.name, other: other.name, port },
            ...common,
            certainty: 'confirmed',
            basis: 'the one container is refused the port on which the other listens',
            cite: [hit.cite, other.cite, ...(variable ? [variable.cite] : [])],
          });
        }
        if (booleanAt(state.pod.body, 'spec', 'hostNetwork') === true) {
          return context.found({
            message: 'hostNetwork',
            args: { container: container.name, port },
            ...common,
            certainty: 'confirmed',
            basis: 'the operating system refuses the port, and hostNetwork is true',
            cite: [hit.cite, state.pod.cite('hostNetwork', '/spec/hostNetwork')],
          });
        }
        return context.found({
          message: 'taken',
          args: { container: container.name, port },
          ...common,
          certainty: 'likely',
          basis: 'the operating system refuses the port; who holds it was not seen',
          cite: [hit.cite],
        });
      },
    );
  },
});
