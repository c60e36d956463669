/** Cause: a server listens on the loopback address, so that neither the kubelet nor a Service reaches it. */
import type { Verdict } from '../../../model/finding.ts';
import { listenEverywhere } from '../../../fixes/probes.ts';
import { isLoopback, reachOf } from '../../../views/listening.ts';
import { askedText, probeTrouble, type ProbeProblem } from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const messages = {
  port: 'The server of container {container} listens on {host}:{port} only, which the {probe} probe does not reach',
  other:
    'The server of container {container} listens on {host}:{port} only; the {probe} probe asks port {asked} of the pod',
} as const;

export default defineRule({
  code: 'IS6202',
  name: 'BoundToLocalhost',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The server listens on localhost only',
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'bound-to-localhost',
    'connect: connection refused',
    'Running on http://127.0.0.1:5000',
    'localhost',
    '127.0.0.1',
  ],
  needs: { trouble: probeTrouble, template: podTemplate },
  messages,
  check({ trouble, template }, context) {
    if (trouble.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = trouble.value.problems.map((problem) => judge(problem, template, context));
    return first
      ? context.all([first, ...more])
      : context.notApplicable('no probe keeps a container of this pod from being Ready');
  },
});

function judge(problem: ProbeProblem, template: PodTemplate, context: RuleContext<typeof messages>): Verdict {
  const { container, failures, unseen, listening, specs } = problem;
  const failed = failures.find((candidate) => candidate.refused);
  const spec =
    failed?.spec ?? (failures.length === 0 ? specs.find((candidate) => candidate.port !== undefined) : undefined);
  const asked = failed?.failure.port ?? spec?.port;
  if (spec === undefined || asked === undefined) {
    const [newest] = failures;
    if (newest) return context.ruledOut('somebody answers at the port that the probe asks', newest.event.cite());
    return unseen ? context.unknown(unseen) : context.notApplicable('no probe of the container asks a port');
  }
  const reach = reachOf(listening.sockets, asked);
  if (reach.kind === 'there' || reach.kind === 'elsewhere') {
    return context.ruledOut(
      `the log says that it listens on ${reach.socket.host === '' ? 'all addresses' : reach.socket.host}`,
      reach.socket.cite,
    );
  }
  if (reach.kind === 'unsaid') {
    return listening.log.state === 'unknown'
      ? context.unknown(listening.log.gap)
      : context.notApplicable('the log names no address on which the server listens');
  }
  const { socket } = reach;
  const hint = problem.hints.find((candidate) => candidate.what === 'host' && isLoopback(candidate.value));
  const event = failed === undefined ? [] : [failed.event.cite(`the ${spec.kind} probe is refused`)];
  const args = { container: container.name, host: socket.host, port: socket.port, probe: spec.kind };
  const common = {
    subject: template.workload,
    container: container.name,
    effects: problem.effects,
    certainty: failed === undefined ? ('likely' as const) : ('confirmed' as const),
    basis:
      failed === undefined
        ? 'its log names the loopback address; the events of the probe were not seen'
        : 'the probe of the pod’s address is refused, and the log names the loopback address',
    consequence:
      'The kubelet and every Service ask the address of the pod, where nobody listens, so the container never gets Ready.',
    cite: [
      socket.cite,
      ...event,
      ...(hint === undefined ? [] : [problem.podCite(`container ${container.name}: ${hint.label}`, hint.pointer)]),
    ] as const,
    ...(failed === undefined ? {} : { since: failed.event.first }),
    trace:
      failed === undefined
        ? []
        : [
            {
              text: `the kubelet asks ${askedText(spec)} of the pod’s address and the connection is refused`,
              cite: event,
            },
          ],
    fixes: [listenEverywhere(problem, template, hint)],
  };
  if (reach.kind === 'loopback') return context.found({ message: 'port', args, ...common });
  return context.found({ message: 'other', args: { ...args, asked }, ...common });
}
