/**
 * Which containers of a Pod its probes keep from being Ready or kill, and what the kubelet said of it. Holds only what is true of the current
 * state; a container whose process ends by itself is not the probes' business, nor is a proxy that waits for the container behind it.
 */
import type { Citation, EvidenceGap, Lookup, Timestamp } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type EventRecord, type ViewContext } from '../model/reader.ts';
import type { Effect } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { listening, type ContainerListening } from './listening.ts';
import { parseProbeMessage, type ProbeFailure } from './parse/probe-message.ts';
import { secondsBetween } from './parse/time.ts';
import { isLikeEarlier } from './container-runs.ts';
import { podState, type ContainerState, type PodState } from './pod-state.ts';
import { containerPorts, probeSpecs, type ProbeKind, type ProbeSpec } from './probe-specs.ts';
import { servingHints, type ServingHint } from './serving-hints.ts';

export interface FailedProbe {
  readonly failure: ProbeFailure;
  readonly event: EventRecord;
  readonly spec: ProbeSpec;
  /** Nobody accepted the connection. */
  readonly refused: boolean;
}

export interface ProbeProblem {
  readonly pod: ResourceRef;
  readonly container: ContainerState;
  readonly specs: readonly ProbeSpec[];
  /** The newest failure of each probe, newest first. */
  readonly failures: readonly FailedProbe[];
  /** The kubelet ended the last run because of this probe. */
  readonly killed?: {
    readonly probe: ProbeKind;
    readonly event: EventRecord;
    /** The kubelet's own word, not deduced from exit code and failures. */ readonly said: boolean;
  };
  readonly listening: ContainerListening;
  readonly hints: readonly ServingHint[];
  /** How long the current run lasts; undefined where none runs. */
  readonly runSeconds?: number;
  /** How long the last ended run lasted. */
  readonly lastRunSeconds?: number;
  /** Whether the Pod was Ready at some time; then it started well and fails since. */
  readonly wasReady: boolean;
  /** Why failures may be unseen; only where none was seen. */
  readonly unseen?: EvidenceGap;
  readonly effects: readonly Effect[];
  /** Cites a field of the Pod, by the pointers that specs and hints carry. */
  podCite(label: string, pointer: string): Citation;
}

export interface ProbeTrouble {
  readonly state: PodState;
  readonly problems: readonly ProbeProblem[];
  /** Servers behind a proxy of Knative that stays unready because its own check of them fails. */
  readonly proxied: readonly ProxiedServer[];
}

export interface ProxiedServer {
  readonly container: ContainerState;
  /** The port that the proxy asks on the loopback address. */
  readonly asked: number;
  readonly listening: ContainerListening;
  readonly event: EventRecord;
  /** Cites where the proxy is told its port. */
  readonly told: Citation;
  readonly runSeconds: number;
}

/** Proxies whose probe asks the container behind them: Knative's queue-proxy, the agents of service meshes. */
const PROXIES = new Set(['queue-proxy', 'istio-proxy', 'linkerd-proxy']);
/** A start that nobody can call slow yet. */
const SHORT_START_SECONDS = 120;

export const probeTrouble = defineView<Lookup<ProbeTrouble>>({
  id: 'probe-trouble',
  needs: [{ type: 'event' }],
  uses: [podState, listening],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    const heard = context.use(listening, subject);
    const problems = state.value.healthy
      ? []
      : state.value.containers.flatMap((container) => {
          const own = heard.find((candidate) => candidate.container === container.name);
          const problem = own === undefined ? undefined : problemOf(context, state.value, container, own);
          return problem === undefined ? [] : [problem];
        });
    return {
      state: 'present',
      cite: state.cite,
      value: { state: state.value, problems, proxied: proxiedServers(context, state.value, heard) },
    };
  },
});

function problemOf(
  context: ViewContext,
  state: PodState,
  container: ContainerState,
  heard: ContainerListening,
): ProbeProblem | undefined {
  const specs = probeSpecs(container);
  if (specs.length === 0 || PROXIES.has(container.name)) return undefined;
  if (container.trouble !== 'not-ready' && container.trouble !== 'exits') return undefined;
  const events = context.events(state.pod.ref).filter((event) => concerns(event, container.name, state));
  const killed = killedBy(container, specs, events);
  const runSeconds = container.running ? secondsBetween(container.startedAt, context.now) : undefined;
  const lastRunSeconds = secondsBetween(container.exit?.startedAt, container.exit?.finishedAt);
  // A process that ends by itself is no matter of probes, unless it holds on now for much longer than before.
  const holdsOn = runSeconds !== undefined && runSeconds > Math.max(SHORT_START_SECONDS, 2 * (lastRunSeconds ?? 0));
  if (container.trouble === 'exits' && killed === undefined && !holdsOn) return undefined;
  const failures = failuresOf(container, specs, events, killed !== undefined);
  const unseen = failures.length > 0 ? undefined : eventsUnseen(context, state, container);
  return {
    pod: state.pod.ref,
    container,
    specs,
    failures,
    ...(killed === undefined ? {} : { killed }),
    listening: heard,
    hints: servingHints(container),
    ...(runSeconds === undefined ? {} : { runSeconds }),
    ...(lastRunSeconds === undefined ? {} : { lastRunSeconds }),
    wasReady: wasReady(state, context.now),
    ...(unseen === undefined ? {} : { unseen }),
    effects:
      killed !== undefined
        ? ['container-killed', 'container-not-ready', 'container-exits']
        : container.trouble === 'exits'
          ? ['container-not-ready', 'container-exits']
          : ['container-not-ready'],
    podCite: (label, pointer) => state.pod.cite(label, pointer),
  };
}

/** Old kubelets give no fieldPath; in a Pod of one container it can be no other. */
function concerns(event: EventRecord, container: string, state: PodState): boolean {
  if (event.container !== undefined) return event.container === container;
  return state.containers.filter((candidate) => candidate.role !== 'init').length === 1;
}

/** kubernetes pkg/kubelet/kuberuntime/kuberuntime_manager.go: `Container %s failed liveness probe, will be restarted`; sidecars begin `Init container`. */
const KILLING = /^(?:Init c|C)ontainer \S+ failed (liveness|startup) probe/;

function killedBy(
  container: ContainerState,
  specs: readonly ProbeSpec[],
  events: readonly EventRecord[],
): ProbeProblem['killed'] {
  const { exit } = container;
  if (exit === undefined || exit.reason === 'OOMKilled') return undefined;
  const since: Timestamp = exit.startedAt ?? '';
  const killing = events
    .filter((event) => event.reason === 'Killing' && event.last >= since && KILLING.test(event.message))
    .at(-1);
  if (killing)
    return {
      probe: KILLING.exec(killing.message)?.[1] === 'startup' ? 'startup' : 'liveness',
      event: killing,
      said: true,
    };
  const earlier = events
    .filter((event) => event.reason === 'Killing' && KILLING.test(event.message) && isLikeEarlier(event, exit))
    .at(-1);
  if (earlier)
    return {
      probe: KILLING.exec(earlier.message)?.[1] === 'startup' ? 'startup' : 'liveness',
      event: earlier,
      said: false,
    };
  // Where the event of the kill was dropped from the start, the signal and the probe's failures remain.
  if (exit.exitCode !== 137 && exit.exitCode !== 143) return undefined;
  const failing = events.filter((event) => event.reason === 'Unhealthy' && event.last >= since).toReversed();
  for (const event of failing) {
    const probe = parseProbeMessage(event.message)?.probe;
    if ((probe === 'liveness' || probe === 'startup') && specs.some((spec) => spec.kind === probe))
      return { probe, event, said: false };
  }
  return undefined;
}

function failuresOf(
  container: ContainerState,
  specs: readonly ProbeSpec[],
  events: readonly EventRecord[],
  killed: boolean,
): readonly FailedProbe[] {
  // While the probe kills run after run, a failure of an earlier run speaks of this one as well.
  const since = killed ? '' : (container.startedAt ?? '');
  const newest = new Map<ProbeKind, FailedProbe>();
  for (const event of events) {
    if (event.reason !== 'Unhealthy' || event.last < since) continue;
    const failure = parseProbeMessage(event.message);
    const spec = specs.find((candidate) => candidate.kind === failure?.probe);
    if (failure === undefined || spec === undefined) continue;
    newest.delete(failure.probe);
    newest.set(failure.probe, { failure, event, spec, refused: isRefused(failure) });
  }
  return [...newest.values()].toReversed();
}

function isRefused(failure: ProbeFailure): boolean {
  if (failure.outcome.kind === 'refused') return true;
  // pkg/probe/grpc/grpc.go says so of every connection that does not come about.
  return (
    failure.outcome.kind === 'grpc' &&
    failure.outcome.text.includes('failed to connect service') &&
    failure.port !== undefined
  );
}

function eventsUnseen(context: ViewContext, state: PodState, container: ContainerState): EvidenceGap {
  const gap = context.eventsGap(state.pod.ref.namespace);
  if (gap) return gap;
  const wanted = `the failures of the probes of container ${container.name} of Pod ${state.pod.ref.namespace ?? ''}/${state.pod.ref.name}`;
  const { request: _request, ...rest } = context.notRequested(
    wanted,
    'no such event is left; events expire after an hour',
  );
  return { ...rest, reason: 'expired' };
}

/** A Pod that was never Ready keeps the first time of its condition, that of its start. */
function wasReady(state: PodState, now: Timestamp): boolean {
  const conditions = listAt(state.pod.body, 'status', 'conditions');
  const ready = conditions.find((condition) => textAt(condition, 'type') === 'Ready');
  const initialized = conditions.find((condition) => textAt(condition, 'type') === 'Initialized');
  const turned = textAt(ready, 'lastTransitionTime');
  const began = textAt(initialized, 'lastTransitionTime') ?? textAt(state.pod.body, 'metadata', 'creationTimestamp');
  if (turned === undefined || began === undefined || turned > now) return false;
  return (secondsBetween(began, turned) ?? 0) > 5;
}

/** What a probe that connects asks for, in words: `port 8000`, `port 8080, path /readyz`. */
export function askedText(spec: ProbeSpec): string {
  return spec.path === undefined
    ? `port ${spec.port ?? spec.portName ?? '?'}`
    : `port ${spec.port ?? spec.portName ?? '?'}, path ${spec.path}`;
}

/** Still within the time that its own probes, or any start, allow. */
export function isStarting(problem: ProbeProblem): boolean {
  if (problem.killed !== undefined || problem.runSeconds === undefined) return false;
  const startup = problem.specs.find((spec) => spec.kind === 'startup');
  return problem.runSeconds <= Math.max(SHORT_START_SECONDS, startup?.allowedSeconds ?? 0);
}

/**
 * Knative's queue-proxy asks the server at USER_PORT on 127.0.0.1 and passes its answer on (knative serving pkg/queue/sharedmain); the event
 * therefore blames the proxy.
 */
function proxiedServers(
  context: ViewContext,
  state: PodState,
  heard: readonly ContainerListening[],
): readonly ProxiedServer[] {
  const proxy = state.containers.find((container) => container.name === 'queue-proxy');
  if (proxy === undefined || proxy.ready || !proxy.running) return [];
  const index = listAt(proxy.spec, 'env').findIndex((entry) => textAt(entry, 'name') === 'USER_PORT');
  const asked = Number(textAt(listAt(proxy.spec, 'env')[index], 'value'));
  const container = state.containers.find((candidate) =>
    containerPorts(candidate).some((port) => port.name === 'user-port'),
  );
  const listens = heard.find((candidate) => candidate.container === container?.name);
  const event = context
    .events(state.pod.ref)
    .findLast(
      (candidate) =>
        candidate.reason === 'Unhealthy' &&
        candidate.container === proxy.name &&
        candidate.last >= (proxy.startedAt ?? ''),
    );
  if (!Number.isInteger(asked) || container === undefined || listens === undefined || event === undefined) return [];
  if (!container.running || container.restarts > 0) return [];
  const runSeconds = secondsBetween(container.startedAt, context.now) ?? 0;
  const told = state.pod.cite(`queue-proxy asks port ${asked} (USER_PORT)`, `${proxy.specPointer}/env/${index}/value`);
  return [{ container, asked, listening: listens, event, told, runSeconds }];
}
