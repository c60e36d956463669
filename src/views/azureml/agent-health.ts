/**
 * Which parts of an installed Azure ML extension do not run: workloads and bare pods of its namespace, without the router (which has its own view),
 * without models and programs that others put there, and without the pod of the health check itself. It looks for no cause.
 */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import { numberAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import { controllerOf, ownerTree } from '../owner-tree.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';
import { podState } from '../pod-state.ts';
import { workloadHealth } from '../workload-health.ts';
import { workloadState } from '../workload-state.ts';
import { preflightIntent } from '../preflight-intent.ts';
import { isOfOtherRelease } from './extension-part.ts';
import { inferenceRouter } from './inference-router.ts';

export interface UnhealthyAgent {
  readonly object: KubeObject;
  /** `0 of 1 pods are ready (CrashLoopBackOff)`, `it failed: BackoffLimitExceeded`. */
  readonly said: string;
  readonly cite: Citation;
}

export interface AgentHealth {
  readonly judged: readonly KubeObject[];
  readonly unhealthy: readonly UnhealthyAgent[];
  /** Lists of the namespace that could not be read. */
  readonly gaps: readonly EvidenceGap[];
}

const KINDS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'Pod'] as const;
/** Pod of the Helm hook; what it found stands in its report. */
const HOOK = 'healthcheck';

export const agentHealth = defineView<AgentHealth>({
  id: 'agent-health',
  needs: KINDS.map((kind) => ({ type: 'object', kind }) as const),
  uses: [preflightIntent, inferenceRouter, workloadHealth, workloadState, ownerTree, podState],
  derive(context, subject) {
    const { router } = context.use(inferenceRouter, subject);
    const routerName = router.state === 'present' ? router.value.ref.name : undefined;
    const release = context.use(preflightIntent, subject)?.extensionName;
    const listings = KINDS.map((kind) => context.list(kind, { namespace: EXTENSION_NAMESPACE }));
    const judged = listings
      .flatMap(({ items }) => byName(items))
      .filter((object) => controllerOf(object) === undefined && !isModel(object))
      .filter((object) => !isOfOtherRelease(object, release) && !isForOnce(object))
      .filter(({ ref }) => !(ref.kind === 'Pod' && ref.name === HOOK))
      .filter(({ ref }) => !(ref.kind === 'Deployment' && ref.name === routerName));
    return {
      judged,
      unhealthy: judged.flatMap((object) => unhealthyOf(context, object) ?? []),
      gaps: listings.flatMap(({ complete }) => (complete.state === 'unknown' ? [complete.gap] : [])),
    };
  },
});

function isModel(object: KubeObject): boolean {
  return textMapAt(object.body, 'metadata', 'labels')['isazuremlapp'] === 'true';
}

/** A pod that somebody ran once, and that has ended: no agent is a bare pod without Helm's mark that does not start again. */
function isForOnce({ ref, body }: KubeObject): boolean {
  return (
    ref.kind === 'Pod' &&
    textAt(body, 'spec', 'restartPolicy') === 'Never' &&
    textMapAt(body, 'metadata', 'annotations')['helm.sh/hook'] === undefined &&
    ['Failed', 'Succeeded'].includes(textAt(body, 'status', 'phase') ?? '')
  );
}

function unhealthyOf(context: ViewContext, object: KubeObject): UnhealthyAgent | undefined {
  switch (object.ref.kind) {
    case 'Pod':
      return ofPod(context, object);
    case 'Job':
      return ofJob(context, object);
    default:
      return ofWorkload(context, object);
  }
}

function ofWorkload(context: ViewContext, object: KubeObject): UnhealthyAgent | undefined {
  const health = context.use(workloadHealth, object.ref);
  if (health.state !== 'present') return undefined;
  const { state, unhealthy } = health.value;
  if (object.ref.kind !== 'DaemonSet' && numberAt(object.body, 'spec', 'replicas') === 0)
    return { object, said: 'it is scaled to 0', cite: object.cite('0 pods wanted', '/spec/replicas') };
  if (!unhealthy) return undefined;
  const words = new Set(
    context.use(ownerTree, object.ref).pods.flatMap((pod) => {
      const found = context.use(podState, pod.ref);
      return found.state === 'present' && !found.value.healthy ? [found.value.status] : [];
    }),
  );
  const why = words.size === 0 ? '' : ` (${[...words].sort().slice(0, 3).join(', ')})`;
  return { object, said: `${state.ready} of ${state.desired} pods are ready${why}`, cite: state.cite };
}

function ofJob(context: ViewContext, object: KubeObject): UnhealthyAgent | undefined {
  const found = context.use(workloadState, object.ref);
  if (found.state !== 'present' || found.value.jobSuperseded) return undefined;
  const { jobFailed } = found.value;
  return jobFailed === undefined ? undefined : { object, said: `it failed: ${jobFailed.reason}`, cite: jobFailed.cite };
}

function ofPod(context: ViewContext, object: KubeObject): UnhealthyAgent | undefined {
  const found = context.use(podState, object.ref);
  if (found.state !== 'present' || found.value.healthy) return undefined;
  return { object, said: `its state is ${found.value.status}`, cite: object.cite('its status', '/status') };
}
