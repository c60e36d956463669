/**
 * Why a HorizontalPodAutoscaler does not scale now: its False condition taken apart, its target, the target's template and pods, and the
 * metrics API that it reads. Old events of an autoscaler that works say nothing.
 */
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { isObject, listAt, objectAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { parseAutoscalerMessage, type AutoscalerTrouble, type MetricsGroup } from './parse/autoscaler-message.ts';
import { conditionsOf } from './parse/conditions.ts';
import { nearestNames } from './parse/nearest-name.ts';
import { secondsBetween } from './parse/time.ts';
import { podState } from './pod-state.ts';

export interface AutoscalerCondition {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** The message without what every such condition begins with. */
  readonly detail: string;
  readonly since: Timestamp;
  /** How long it has been so. */
  readonly seconds: number;
  readonly cite: Citation;
}

export interface AutoscalerState {
  readonly object: KubeObject;
  readonly target?: {
    readonly ref: ResourceRef;
    readonly root: ResourceRef;
    readonly found: Lookup<KubeObject>;
    readonly similar: readonly string[];
  };
  /** Containers of the target's template that declare neither a request nor a limit of a resource. */
  lacking(resource: string): readonly { readonly name: string; readonly cite: Citation }[];
  /** Undefined while it works, or is switched off by a target at zero. */
  readonly failing?: AutoscalerCondition & { readonly trouble: AutoscalerTrouble };
  /** The newest event that says more than the condition does. */
  readonly event?: Citation;
  readonly readyPods: number;
  /** How long the pod that is Ready longest is so, in seconds; undefined where none is Ready. */
  readonly readySeconds?: number;
  readonly failingPods: number;
  apiService(group: MetricsGroup): Lookup<KubeObject>;
  readonly targetOwner?: Lookup<FieldOwner>;
  /** ScaledObject of KEDA, or another controller, that writes this autoscaler. */
  readonly owner?: ResourceRef;
}

const VERSIONS: Readonly<Record<MetricsGroup, readonly string[]>> = {
  'metrics.k8s.io': ['v1beta1', 'v1'],
  'custom.metrics.k8s.io': ['v1beta2', 'v1beta1'],
  'external.metrics.k8s.io': ['v1beta1'],
};

export const autoscalerState = defineView<Lookup<AutoscalerState>>({
  id: 'autoscaler-state',
  needs: [
    { type: 'object', kind: 'HorizontalPodAutoscaler' },
    { type: 'object', kind: 'APIService' },
    { type: 'object', kind: 'Deployment' },
    { type: 'event' },
  ],
  uses: [ownerTree, podState, fieldOwner, kubeObject],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: stateOf(context, found.value) };
  },
});

function stateOf(context: ViewContext, object: KubeObject): AutoscalerState {
  const target = targetOf(context, object);
  const pods = target === undefined ? [] : context.use(ownerTree, target.ref).pods;
  let readyPods = 0;
  let readySeconds: number | undefined;
  let failingPods = 0;
  for (const pod of pods) {
    const state = context.use(podState, pod.ref);
    if (state.state !== 'present') continue;
    if (state.value.ready) {
      readyPods += 1;
      const ready = conditionsOf(pod.body).find((condition) => condition.type === 'Ready');
      readySeconds = Math.max(readySeconds ?? 0, secondsBetween(ready?.since, context.now) ?? 0);
    }
    if (!state.value.healthy) failingPods += 1;
  }
  const failing = failingOf(context, object);
  const event =
    failing === undefined
      ? undefined
      : context
          .events(object.ref)
          .findLast((candidate) => candidate.type === 'Warning' && candidate.reason === failing.reason);
  const owner = context.use(ownerTree, object.ref).owners[0];
  return {
    object,
    ...(target === undefined ? {} : { target, targetOwner: context.use(fieldOwner, target.ref) }),
    lacking: (resource) => (target?.found.state === 'present' ? lackingIn(target.found.value, resource) : []),
    ...(failing === undefined ? {} : { failing }),
    ...(event === undefined ? {} : { event: event.cite() }),
    readyPods,
    ...(readySeconds === undefined ? {} : { readySeconds }),
    failingPods,
    apiService: (group) => apiServiceOf(context, group),
    ...(owner === undefined ? {} : { owner }),
  };
}

function targetOf(context: ViewContext, object: KubeObject): AutoscalerState['target'] {
  const reference = objectAt(object.body, 'spec', 'scaleTargetRef');
  const kind = textAt(reference, 'kind');
  const name = textAt(reference, 'name');
  if (kind === undefined || name === undefined) return undefined;
  const { namespace } = object.ref;
  const inNamespace = namespace === undefined ? {} : { namespace };
  const ref: ResourceRef = { apiVersion: textAt(reference, 'apiVersion') ?? 'apps/v1', kind, ...inNamespace, name };
  return {
    ref,
    root: context.use(ownerTree, ref).root,
    found: context.use(kubeObject, ref),
    similar: nearestNames(
      name,
      context.list(kind, inNamespace).items.map((candidate) => candidate.ref.name),
    ),
  };
}

function failingOf(context: ViewContext, object: KubeObject): AutoscalerState['failing'] {
  const conditions = listAt(object.body, 'status', 'conditions');
  for (const type of ['AbleToScale', 'ScalingActive']) {
    const index = conditions.findIndex((condition) => textAt(condition, 'type') === type);
    const condition = conditions[index];
    const reason = textAt(condition, 'reason') ?? '';
    // ScalingDisabled is the wanted state of a workload at zero replicas.
    if (textAt(condition, 'status') !== 'False' || reason === 'ScalingDisabled') continue;
    const message = textAt(condition, 'message') ?? '';
    const since = textAt(condition, 'lastTransitionTime') ?? '';
    return {
      type,
      reason,
      message,
      detail: message.replace(/^the HPA was unable to compute the replica count: /, ''),
      since,
      seconds: secondsBetween(since, context.now) ?? Number.POSITIVE_INFINITY,
      cite: object.cite(`condition ${type}`, `/status/conditions/${index}`),
      trouble: parseAutoscalerMessage(reason, message),
    };
  }
  return undefined;
}

/** The API server takes a limit for the request where only the limit is set, so either is enough. */
function lackingIn(
  target: KubeObject,
  resource: string,
): readonly { readonly name: string; readonly cite: Citation }[] {
  return listAt(target.body, 'spec', 'template', 'spec', 'containers').flatMap((container, index) => {
    if (!isObject(container)) return [];
    const name = textAt(container, 'name') ?? '';
    const resources = objectAt(container, 'resources');
    const declared = ['requests', 'limits'].some((side) => objectAt(resources, side)?.[resource] !== undefined);
    const below = Object.keys(resources ?? {}).length > 0 ? '/resources' : '';
    const pointer = `/spec/template/spec/containers/${index}${below}`;
    return declared ? [] : [{ name, cite: target.cite(`resources of container ${name}`, pointer) }];
  });
}

function apiServiceOf(context: ViewContext, group: MetricsGroup): Lookup<KubeObject> {
  const found = VERSIONS[group].map((version) =>
    context.object({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', name: `${version}.${group}` }),
  );
  const [first] = found;
  return (
    found.find((each) => each.state === 'present') ??
    found.find((each) => each.state === 'unknown') ??
    first ?? { state: 'unknown', gap: context.notRequested(`APIService of ${group}`, 'it was not collected') }
  );
}

/** The condition `Available` of an APIService where it is False. */
export function unavailability(service: KubeObject): { readonly message: string; readonly cite: Citation } | undefined {
  const conditions = listAt(service.body, 'status', 'conditions');
  const index = conditions.findIndex(
    (condition) => textAt(condition, 'type') === 'Available' && textAt(condition, 'status') === 'False',
  );
  if (index < 0) return undefined;
  return {
    message: textAt(conditions[index], 'message') ?? '',
    cite: service.cite(`APIService ${service.ref.name} is not available`, `/status/conditions/${index}`),
  };
}
