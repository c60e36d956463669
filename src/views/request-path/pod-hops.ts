/**
 * Inside a pod: Knative's queue-proxy, KServe's agent, the container that listens, and the model that it serves.
 */
import type { Citation } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { listening, reachOf } from '../listening.ts';
import { podState, type ContainerState, type PodState } from '../pod-state.ts';
import { containerPorts, probeSpecs } from '../probe-specs.ts';
import type { Caller } from '../gateway-callers.ts';
import { barePath } from './match.ts';
import { modelHop, type ModelRequest } from './model-hop.ts';
import { askWhy } from './published.ts';
import { networkGaps, podPolicyHops } from './policy-hops.ts';
import { lastTimeout, modelPath, readServerLog } from './model-server.ts';
import { fact, failing, passing, unknownHop, type Hop, type HopAnswer } from './path-types.ts';

const QUEUE_PROXY = 'queue-proxy';
/** Containers that forward, watch or feed, and serve nothing of their own. */
const BESIDE = new Set([QUEUE_PROXY, 'agent', 'istio-proxy', 'linkerd-proxy', 'modelcar', 'transformer-container']);
const SERVING = ['kserve-container', 'kfserving-container', 'user-container', 'main'];

export interface InPod {
  readonly request: ModelRequest;
  /** What a person asked about. */
  readonly asked: ResourceRef;
  /** Knative's activator is in the path: its own timeout ends first. */
  readonly activator: boolean;
  /** The port on which the pod is called, where a Service names it. */
  readonly port?: number;
  /** The gateway waits so long. */
  readonly gatewaySeconds?: { readonly seconds: number; readonly answer: HopAnswer };
  /** What a connection to a port on which nobody listens gives. */
  readonly refused: HopAnswer;
  /** The host that the pod sees. */
  readonly host: string;
  /** Who calls the pod, where that is known. */
  readonly caller?: Caller;
}

/** The best of the pods: Ready before others. */
export function choosePod(context: ViewContext, pods: readonly KubeObject[]): PodState | undefined {
  const states = pods.flatMap((pod) => {
    const found = context.use(podState, pod.ref);
    return found.state === 'present' && !found.value.finished && !found.value.superseded ? [found.value] : [];
  });
  return states.toSorted((a, b) => Number(b.ready) - Number(a.ready))[0];
}

export function podHops(context: ViewContext, state: PodState, inPod: InPod): readonly Hop[] {
  const queue = state.containers.find((container) => container.name === QUEUE_PROXY);
  const agent = state.containers.find((container) => container.name === 'agent' && container.role !== 'init');
  const serving = servingContainer(state, inPod.port);
  const { request, host, caller } = inPod;
  const hops: Hop[] = [
    ...podPolicyHops(context, {
      pod: state.pod,
      request: { host, path: barePath(request.path), method: request.method },
      cut: inPod.refused,
      ...(caller === undefined ? {} : { caller }),
    }),
  ];
  if (queue !== undefined) hops.push(queueHop(context, state, queue, serving, inPod));
  if (agent !== undefined)
    hops.push(
      passing({
        id: 'agent',
        title: 'agent',
        object: state.pod.ref,
        says: `KServe's agent (logger, batcher) stands before the server${agent.ready ? '' : ', and is not ready'}`,
        citations: [agent.cite],
      }),
    );
  if (serving === undefined) {
    hops.push(
      unknownHop({
        id: 'container',
        title: 'container',
        object: state.pod.ref,
        says: 'Which container serves is not told',
      }),
    );
    return hops;
  }
  hops.push(containerHop(context, state, serving, queue !== undefined, inPod));
  hops.push(modelHop(context, { pod: state.pod, container: serving }, inPod.request));
  return hops;
}

function servingContainer(state: PodState, port: number | undefined): ContainerState | undefined {
  const candidates = state.containers.filter((container) => container.role !== 'init' && !BESIDE.has(container.name));
  const named = SERVING.map((name) => candidates.find((container) => container.name === name)).find(
    (found) => found !== undefined,
  );
  const declaring = candidates.find((container) =>
    containerPorts(container).some((declared) => declared.port === port),
  );
  return named ?? declaring ?? candidates[0];
}

function variable(container: ContainerState, name: string): string | undefined {
  const entry = listAt(container.spec, 'env').find((candidate) => textAt(candidate, 'name') === name);
  return textAt(entry, 'value');
}

function isGrpc(path: string): boolean {
  return modelPath(path).kind === 'grpc';
}

/** Where requests of this kind lately took longer than somebody waits. */
interface Slow {
  readonly seconds: number;
  readonly cite: Citation;
}

function slowerThan(
  context: ViewContext,
  state: PodState,
  serving: ContainerState | undefined,
  seconds: number,
): Slow | undefined {
  const serverLog = serving === undefined ? undefined : context.log(state.pod.ref, serving.name, false);
  const server = serverLog?.state === 'present' ? readServerLog(serverLog.value.lines) : undefined;
  const last = server?.lastPrediction;
  if (last !== undefined && serverLog?.state === 'present' && last.seconds >= seconds)
    return {
      seconds: last.seconds,
      cite: serverLog.value.cite(`a prediction took ${last.seconds.toFixed(1)} s`, last.line),
    };
  const queueLog = context.log(state.pod.ref, QUEUE_PROXY, false);
  const late = queueLog.state === 'present' ? lastTimeout(queueLog.value.lines) : undefined;
  // A quicker prediction after it shows that not all are slow.
  if (late === undefined || queueLog.state !== 'present' || (last !== undefined && last.at > late.at)) return undefined;
  return late.seconds >= seconds
    ? {
        seconds: late.seconds,
        cite: queueLog.value.cite(`a request was not answered within ${late.seconds} s`, late.line),
      }
    : undefined;
}

function queueHop(
  context: ViewContext,
  state: PodState,
  queue: ContainerState,
  serving: ContainerState | undefined,
  inPod: InPod,
): Hop {
  const port = variable(queue, 'QUEUE_SERVING_PORT') ?? '8012';
  const userPort = variable(queue, 'USER_PORT');
  const timeout = Number(variable(queue, 'REVISION_TIMEOUT_SECONDS') ?? '');
  const start = Number(variable(queue, 'REVISION_RESPONSE_START_TIMEOUT_SECONDS') ?? '');
  const concurrency = variable(queue, 'CONTAINER_CONCURRENCY');
  const parts = {
    id: 'queue-proxy' as const,
    title: QUEUE_PROXY,
    object: state.pod.ref,
    facts: [
      ...fact('timeout', timeout > 0 ? `${timeout} s` : 'none'),
      ...fact('first byte within', start > 0 ? `${start} s` : undefined),
      ...fact('concurrency', concurrency === undefined ? undefined : concurrency === '0' ? 'not limited' : concurrency),
    ],
    citations: [queue.cite],
  };
  const limit = [timeout, start].filter((seconds) => seconds > 0).toSorted((a, b) => a - b)[0];
  const predicts = inPod.request.method === 'POST' && modelPath(inPod.request.path).kind !== 'metadata';
  const slow = predicts && limit !== undefined ? slowerThan(context, state, serving, limit) : undefined;
  if (slow !== undefined)
    return failing({
      ...parts,
      says: `A request may take ${limit ?? 0} s, and a prediction lately was not answered within ${slow.seconds} s`,
      citations: [...parts.citations, slow.cite],
      // knative serving pkg/http/handler/timeout.go writes 504; the activator's runs out first where it is in the path.
      answer: { status: 504, flag: '-', words: inPod.activator ? 'activator request timeout' : 'request timeout' },
      todo: 'Raise the timeout of the component (spec.predictor.timeout), up to max-revision-timeout-seconds, or make predictions faster',
    });
  if (!state.ready)
    return unknownHop({
      ...parts,
      says: `Pod ${state.pod.ref.name} is not Ready (${state.status}): requests wait for it`,
      ...askWhy(inPod.asked),
    });
  return passing({ ...parts, says: `It takes the request on ${port} and gives it to ${userPort ?? 'the server'}` });
}

function containerHop(
  context: ViewContext,
  state: PodState,
  serving: ContainerState,
  queued: boolean,
  inPod: InPod,
): Hop {
  const queue = state.containers.find((container) => container.name === QUEUE_PROXY);
  const agent = state.containers.some((container) => container.name === 'agent' && container.role !== 'init');
  const [declared] = containerPorts(serving);
  const user = queue === undefined || agent ? undefined : Number(variable(queue, 'USER_PORT') ?? '');
  const port = user !== undefined && user > 0 ? user : queued ? declared?.port : (inPod.port ?? declared?.port);
  const parts = {
    id: 'container' as const,
    title: serving.name,
    object: state.pod.ref,
    facts: [...fact('port', port), ...fact('image', serving.image.replace(/(@sha256:[\da-f]{12})[\da-f]+$/, '$1'))],
    citations: [serving.cite],
  };
  if (serving.trouble !== undefined || !serving.running)
    return unknownHop({
      ...parts,
      says: `Container ${serving.name} does not serve now: ${serving.waiting?.reason ?? state.status}`,
      ...askWhy(inPod.asked),
    });
  // knative serving pkg/networking/constants.go BackendHTTP2Port: queue-proxy listens there where the port of the container is named h2c.
  if (queue !== undefined && variable(queue, 'QUEUE_SERVING_PORT') !== '8013' && isGrpc(inPod.request.path))
    return failing({
      ...parts,
      says: `queue-proxy speaks HTTP/1.1 to port ${port ?? '?'}, and gRPC wants HTTP/2`,
      // grpc/grpc doc/http-grpc-status-mapping.md: 404 becomes UNIMPLEMENTED, 502 UNAVAILABLE.
      answer: { words: 'gRPC status 12 UNIMPLEMENTED or 14 UNAVAILABLE' },
      todo: 'Name the port of the container h2c, and let the server speak gRPC on it',
    });
  const heard = context.use(listening, state.pod.ref).find((own) => own.container === serving.name);
  const reach = port === undefined || heard === undefined ? undefined : reachOf(heard.sockets, port);
  // queue-proxy calls 127.0.0.1; everybody else the address of the pod.
  // A probe that succeeds proves the port, whatever the log says; queue-proxy asks the server's port before the pod is Ready.
  const proven =
    serving.ready &&
    ((queued && state.ready) || probeSpecs(serving).some((probe) => probe.kind === 'readiness' && probe.port === port));
  const wrong =
    !proven &&
    (reach?.kind === 'elsewhere' || reach?.kind === 'loopback-elsewhere' || (reach?.kind === 'loopback' && !queued));
  if (reach !== undefined && reach.kind !== 'unsaid' && wrong)
    return failing({
      ...parts,
      says: `The request comes to port ${port ?? 0}; the server listens on ${reach.socket.host}:${reach.socket.port}`,
      citations: [...parts.citations, reach.socket.cite],
      answer: queued
        ? { status: 502, flag: '-', words: 'dial tcp 127.0.0.1: connect: connection refused' }
        : inPod.refused,
      todo: 'Let the container declare the port on which its server listens',
    });
  const { gatewaySeconds } = inPod;
  const slow =
    gatewaySeconds !== undefined && inPod.request.method === 'POST'
      ? slowerThan(context, state, serving, gatewaySeconds.seconds)
      : undefined;
  if (slow !== undefined && gatewaySeconds !== undefined)
    return failing({
      ...parts,
      says: `The gateway waits ${gatewaySeconds.seconds} s; a prediction lately took ${slow.seconds.toFixed(1)} s`,
      citations: [slow.cite],
      answer: gatewaySeconds.answer,
    });
  return passing({
    ...parts,
    says: reach?.kind === 'there' ? `The server listens on ${reach.socket.port}` : `Container ${serving.name} runs`,
    citations: reach?.kind === 'there' ? [...parts.citations, reach.socket.cite] : parts.citations,
    gaps: networkGaps(context, state.pod.ref.namespace),
  });
}
