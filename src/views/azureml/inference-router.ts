/**
 * The inference router of an installed Azure ML extension: whether it is there, how many of its pods are ready, and what keeps the others away.
 * Names: azure-ai-docs reference-kubernetes.md. It tells no cause of a pod that fails by itself.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { admissionRefusal } from '../admission-refusal.ts';
import { ownerTree } from '../owner-tree.ts';
import { byName } from '../parse/by-name.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { COMPONENTS } from '../parse/platform-components.ts';
import { scheduling } from '../scheduling.ts';
import { workloadHealth } from '../workload-health.ts';

export interface InferenceRouter {
  readonly router: Lookup<KubeObject>;
  /** Other Deployments that only inference brings: where there is none, inference is not installed. */
  readonly others: readonly KubeObject[];
}

export interface RouterState {
  readonly router: KubeObject;
  readonly desired: number;
  readonly ready: number;
  readonly unhealthy: boolean;
  /** In the words of the scheduler. */
  readonly unscheduled?: { readonly pods: number; readonly said: string; readonly cite: Citation };
  /** In the words of the API server. */
  readonly refused?: { readonly pods: number; readonly said: string; readonly cite: Citation };
  readonly cite: Citation;
}

const ROUTERS = namesOf(['azureml-router']);
const PARTS = namesOf(['azureml-inference-operator', 'azureml-identity-controller', 'azureml-identity-proxy']);

export const ROUTER: ResourceRef = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: EXTENSION_NAMESPACE,
  name: ROUTERS[0] ?? '',
};

export const inferenceRouter = defineView<InferenceRouter>({
  id: 'inference-router',
  needs: [{ type: 'object', kind: 'Deployment' }],
  derive(context) {
    const listing = context.list('Deployment', { namespace: EXTENSION_NAMESPACE });
    const router = ROUTERS.map((name) => listing.items.find(({ ref }) => ref.name === name)).find(
      (object) => object !== undefined,
    );
    const { complete } = listing;
    return {
      router:
        router !== undefined
          ? { state: 'present', value: router, cite: router.cite(`Deployment ${router.ref.name}`) }
          : complete.state === 'present'
            ? { state: 'absent', cite: complete.cite }
            : complete,
      others: byName(listing.items).filter(({ ref }) => PARTS.includes(ref.name)),
    };
  },
});

/** Absent where there is no router. */
export const routerState = defineView<Lookup<RouterState>>({
  id: 'router-state',
  needs: [],
  uses: [inferenceRouter, workloadHealth, ownerTree, scheduling, admissionRefusal],
  derive(context, subject) {
    const found = context.use(inferenceRouter, subject).router;
    if (found.state !== 'present') return found;
    const health = context.use(workloadHealth, found.value.ref);
    if (health.state !== 'present') return health;
    const { state, unhealthy } = health.value;
    const value: RouterState = {
      router: found.value,
      desired: state.desired,
      ready: state.ready,
      unhealthy,
      ...lackOf(context, found.value.ref),
      cite: state.cite,
    };
    return { state: 'present', value, cite: state.cite };
  },
});

function lackOf(context: ViewContext, router: ResourceRef): Pick<RouterState, 'unscheduled' | 'refused'> {
  const { pods, descendants } = context.use(ownerTree, router);
  const waiting = pods.flatMap((pod) => {
    const state = context.use(scheduling, pod.ref);
    return state.state === 'present' && state.value.spoken && state.value.said !== '' ? [state.value] : [];
  });
  const [first] = waiting;
  const refusal = [router, ...descendants.map(({ ref }) => ref).filter(({ kind }) => kind === 'ReplicaSet')]
    .map((ref) => context.use(admissionRefusal, ref))
    .find((candidate) => candidate.state === 'refused');
  return {
    ...(first === undefined ? {} : { unscheduled: { pods: waiting.length, said: first.said, cite: first.cites[0] } }),
    ...(refusal?.state !== 'refused'
      ? {}
      : { refused: { pods: refusal.desired - refusal.created, said: refusal.error.detail, cite: refusal.cite } }),
  };
}

function namesOf(ids: readonly string[]): readonly string[] {
  return COMPONENTS.filter(({ id }) => ids.includes(id)).flatMap(({ names }) => names);
}
