/** Cause: a probe asks a port on which the server does not listen; the server listens on another one. */
import type { Citation } from '../../../model/evidence.ts';
import type { Verdict } from '../../../model/finding.ts';
import { declareServedPort, nameThePort, probeThePort } from '../../../fixes/probes.ts';
import { reachOf } from '../../../views/listening.ts';
import { containerPorts } from '../../../views/probe-specs.ts';
import {
  askedText,
  isStarting,
  probeTrouble,
  type ProbeProblem,
  type ProxiedServer,
} from '../../../views/probe-trouble.ts';
import { podTemplate, type PodTemplate } from '../../../views/pod-template.ts';
import { defineRule, type Found, type RuleContext } from '../../define.ts';

const messages = {
  log: 'The {probe} probe of container {container} asks port {asked}; the server listens on port {listens}',
  settings:
    'The {probe} probe of container {container} asks port {asked}, where nobody listens; its settings say {hint}',
  declared:
    'The {probe} probe of container {container} asks port {asked}, where nobody listens; it declares port {listens}',
  proxied: 'queue-proxy asks container {container} at port {asked}; the server listens on port {listens}',
  unnamed:
    'The {probe} probe of container {container} asks the port named {asked}; the container declares no port of that name',
} as const;

export default defineRule({
  code: 'IS6201',
  name: 'ProbeWrongPort',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'A probe asks a port on which the server does not listen',
  appliesTo: ['Pod'],
  effects: ['container-not-ready', 'container-killed', 'container-exits'],
  aliases: [
    'container-port-mismatch',
    'readiness-probe-wrong-port',
    'Readiness probe failed',
    'connect: connection refused',
    'Startup probe failed',
    'Liveness probe failed',
  ],
  needs: { trouble: probeTrouble, template: podTemplate },
  messages,
  check({ trouble, template }, context) {
    if (trouble.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const [first, ...more] = [
      ...trouble.value.problems.map((problem) => judge(problem, template, context)),
      ...trouble.value.proxied.map((server) => judgeProxied(server, template, context)),
    ];
    return first
      ? context.all([first, ...more])
      : context.notApplicable('no probe keeps a container of this pod from being Ready');
  },
});

function judge(problem: ProbeProblem, template: PodTemplate, context: RuleContext<typeof messages>): Verdict {
  const { container, failures, unseen, listening, specs } = problem;
  const unnamed = specs.find(
    (spec) => spec.handler !== 'exec' && spec.port === undefined && spec.portName !== undefined,
  );
  const common = { subject: template.workload, container: container.name, effects: problem.effects };
  if (unnamed) {
    return context.found({
      message: 'unnamed',
      args: { probe: unnamed.kind, container: container.name, asked: unnamed.portName ?? '' },
      ...common,
      certainty: 'confirmed',
      basis: 'the spec names a port that it does not declare',
      consequence: 'The kubelet cannot tell which port to ask, so the probe never passes.',
      cite: [problem.podCite(`the ${unnamed.kind} probe`, unnamed.pointer)],
      fixes: [nameThePort(container, template, unnamed)],
    });
  }
  // A probe of the right port is refused too while the program starts and stops: it must not hide the one that asks a wrong port.
  const refused = failures.filter((candidate) => candidate.refused);
  const failed =
    refused.find(
      ({ failure }) => failure.port !== undefined && reachOf(listening.sockets, failure.port).kind !== 'there',
    ) ?? refused[0];
  // Without any event the log alone can still contradict the spec.
  const spec =
    failed?.spec ?? (failures.length === 0 ? specs.find((candidate) => candidate.port !== undefined) : undefined);
  const asked = failed?.failure.port ?? spec?.port;
  if (spec === undefined || asked === undefined) {
    const [newest] = failures;
    if (newest) return context.ruledOut('somebody answers at the port that the probe asks', newest.event.cite());
    return unseen ? context.unknown(unseen) : context.notApplicable('no probe of the container asks a port');
  }
  const reach = reachOf(listening.sockets, asked);
  const event = failed === undefined ? [] : [failed.event.cite(`the ${spec.kind} probe is refused`)];
  const more = {
    ...common,
    ...(failed === undefined ? {} : { since: failed.event.first }),
    consequence:
      problem.killed === undefined
        ? 'The container never gets Ready, and no Service sends requests to its pod.'
        : 'The kubelet ends the container and starts it anew, again and again.',
    trace:
      failed === undefined
        ? []
        : [{ text: `the kubelet asks ${askedText(spec)} and the connection is refused`, cite: event }],
  };
  if (reach.kind === 'elsewhere') {
    const listens = reach.socket.port;
    return context.found({
      message: 'log',
      args: { probe: spec.kind, container: container.name, asked, listens },
      ...more,
      certainty: failed === undefined ? 'likely' : 'confirmed',
      basis:
        failed === undefined
          ? 'the log names another port than the spec; the events of the probe were not seen'
          : 'the probe is refused, and the log names another port',
      cite: [
        reach.socket.cite,
        ...event,
        ...hintCites(problem, listens),
        problem.podCite(`the ${spec.kind} probe`, spec.pointer),
      ],
      fixes: probeThePort(problem, template, asked, listens),
    });
  }
  if (reach.kind === 'there')
    return context.ruledOut(`the server listens on port ${asked}, as its log says`, reach.socket.cite);
  if (reach.kind !== 'unsaid') return context.ruledOut('the server listens for its own pod only', reach.socket.cite);
  if (listening.log.state === 'unknown' && listening.log.gap.reason === 'not-requested')
    return context.unknown(listening.log.gap);
  if (failed === undefined) return unseen ? context.unknown(unseen) : context.notApplicable('no probe is refused');
  if (isStarting(problem))
    return context.notApplicable('the container is starting, and nothing says yet where it will listen');
  return bySettings(problem, template, context, {
    asked,
    probe: spec.kind,
    more,
    refused: failed.event.cite(`the ${spec.kind} probe is refused`),
  });
}

function bySettings(
  problem: ProbeProblem,
  template: PodTemplate,
  context: RuleContext<typeof messages>,
  seen: {
    readonly asked: number;
    readonly probe: string;
    readonly more: Omit<Found<typeof messages, 'log'>, 'message' | 'args' | 'certainty' | 'basis' | 'cite' | 'fixes'>;
    readonly refused: Citation;
  },
): Verdict {
  const { container, hints, listening } = problem;
  const { asked, probe, more, refused } = seen;
  const named = hints.filter((hint) => hint.what === 'port');
  const other = named.find((hint) => Number(hint.value) !== asked);
  if (other !== undefined && named.every((hint) => Number(hint.value) !== asked)) {
    return context.found({
      message: 'settings',
      args: { probe, container: container.name, asked, hint: other.label },
      ...more,
      certainty: 'likely',
      basis: 'the probe is refused and the settings of the container name another port; its log names none',
      cite: [refused, problem.podCite(`container ${container.name}: ${other.label}`, other.pointer)],
      fixes: probeThePort(problem, template, asked, Number(other.value)),
    });
  }
  const ports = containerPorts(container).filter((port) => port.protocol === 'TCP');
  const [only] = ports;
  if (
    named.length === 0 &&
    only !== undefined &&
    ports.length === 1 &&
    only.port !== asked &&
    problem.killed === undefined
  ) {
    return context.found({
      message: 'declared',
      args: { probe, container: container.name, asked, listens: only.port },
      ...more,
      certainty: 'possible',
      basis: 'the probe is refused and the container declares another port; no log says where it listens',
      cite: [refused, problem.podCite(`ports of container ${container.name}`, only.pointer)],
      fixes: probeThePort(problem, template, asked, only.port),
    });
  }
  if (listening.log.state === 'unknown') return context.unknown(listening.log.gap);
  return context.notApplicable('nothing says that the server listens on another port');
}

function hintCites(problem: ProbeProblem, port: number): readonly Citation[] {
  return problem.hints
    .filter((hint) => hint.what === 'port' && hint.value === String(port))
    .slice(0, 1)
    .map((hint) => problem.podCite(`container ${problem.container.name}: ${hint.label}`, hint.pointer));
}

/** A proxy in the same pod reaches the loopback address too: only the port counts. */
function judgeProxied(server: ProxiedServer, template: PodTemplate, context: RuleContext<typeof messages>): Verdict {
  const { container, asked, listening, event, told } = server;
  const there = listening.sockets.find((socket) => socket.port === asked);
  if (there) return context.ruledOut(`the server listens on port ${asked}, as its log says`, there.cite);
  const other = listening.sockets.find((socket) => !socket.secondary);
  if (!other) {
    return listening.log.state === 'unknown'
      ? context.unknown(listening.log.gap)
      : context.notApplicable('the log does not say on which port the server listens');
  }
  return context.found({
    message: 'proxied',
    args: { container: container.name, asked, listens: other.port },
    subject: template.workload,
    container: container.name,
    effects: ['container-not-ready'],
    certainty: 'confirmed',
    basis: 'the proxy gets no answer at its port, and the log of the server names another',
    consequence:
      'Knative’s queue-proxy never finds the server, so the pod never gets Ready and the revision never serves.',
    cite: [other.cite, event.cite('the probe of queue-proxy fails'), told],
    since: event.first,
    trace: [{ text: `queue-proxy asks 127.0.0.1:${asked}, where nobody listens`, cite: [event.cite()] }],
    fixes: [declareServedPort(container, template, asked, other.port)],
  });
}
