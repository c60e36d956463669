/**
 * Whether KServe's pod mutator did its work on a Pod that asks for a model, and where it did not: why, as far as the webhook's configuration, the labels of
 * the namespace and the webhook's server show it. The reasons are those of now; the pod was made before.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { listAt, objectAt, pointerTo, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';
import { matchesSelector } from './parse/selector.ts';
import { podState } from './pod-state.ts';
import { serviceEndpoints } from './service-endpoints.ts';

export interface InjectionLabel {
  readonly key: string;
  /** Absent where the label itself is. */
  readonly value?: string;
  /** exclude: the label is there and must not be. demand: it is missing or has another value. */
  readonly how: 'exclude' | 'demand';
}

export type SkipReason =
  | {
      readonly kind: 'namespace';
      readonly namespace: KubeObject;
      readonly label: InjectionLabel;
      readonly cites: readonly Citation[];
    }
  | { readonly kind: 'object'; readonly label: InjectionLabel; readonly cites: readonly Citation[] }
  | { readonly kind: 'no-webhook'; readonly cites: readonly Citation[] }
  /** failurePolicy Ignore, and nobody behind the webhook's Service. */
  | {
      readonly kind: 'ignored';
      readonly server: ResourceRef;
      readonly backend: 'down' | 'up' | 'unseen';
      readonly cites: readonly Citation[];
    }
  /** The webhook was made after the pod. */
  | { readonly kind: 'later'; readonly cites: readonly Citation[] }
  | { readonly kind: 'matches-now'; readonly cites: readonly Citation[] }
  | { readonly kind: 'unseen'; readonly gap: EvidenceGap };

export interface SkippedInjection {
  readonly pod: KubeObject;
  readonly uri: string;
  /** The annotation that asks for the model. */
  readonly cite: Citation;
  readonly reason: SkipReason;
  readonly webhook?: { readonly object: KubeObject; readonly name: string };
}

/** Absent value: the pod asks for no model by its annotation, or something brings it. */
export const skippedInjection = defineView<Lookup<SkippedInjection | undefined>>({
  id: 'storage-injection',
  needs: [
    { type: 'object', kind: 'Namespace' },
    { type: 'object', kind: 'MutatingWebhookConfiguration' },
  ],
  uses: [podState, kubeObject, serviceEndpoints],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    return {
      state: 'present',
      cite: found.cite,
      value: subject.kind === 'Pod' ? skippedOf(context, found.value) : undefined,
    };
  },
});

/** kserve and kfserving pkg/constants: StorageInitializerSourceUriInternalAnnotationKey, AgentShouldInjectAnnotationKey. */
const SOURCE = /^internal\.serving\.(?:kserve\.io|kubeflow\.org)\/storage-initializer-sourceuri$/;
const AGENT = /^internal\.serving\.(?:kserve\.io|kubeflow\.org)\/agent$/;
/** kserve pkg/constants DefaultModelLocalMountPath; a modelcar mounts the directory above it. */
const MODELS = '/mnt/models';

function skippedOf(context: ViewContext, pod: KubeObject): SkippedInjection | undefined {
  const annotations = textMapAt(pod.body, 'metadata', 'annotations');
  const key = Object.keys(annotations).find((name) => SOURCE.test(name));
  const uri = key === undefined ? undefined : annotations[key];
  if (key === undefined || uri === undefined || uri === '') return undefined;
  // The model agent downloads by itself; a path below /mnt/models is there already.
  if (Object.keys(annotations).some((name) => AGENT.test(name)) || uri.startsWith(MODELS)) return undefined;
  if (isBrought(pod)) return undefined;
  return {
    pod,
    uri,
    cite: pod.cite(`annotation ${key}`, pointerTo('metadata', 'annotations', key)),
    ...reasonOf(context, pod),
  };
}

/** An init container, a modelcar, or any volume at the place of the model: somebody provides for it. */
function isBrought(pod: KubeObject): boolean {
  const all = [...listAt(pod.body, 'spec', 'initContainers'), ...listAt(pod.body, 'spec', 'containers')];
  if (all.some((container) => /^(?:storage-initializer|modelcar(?:-init)?)$/.test(textAt(container, 'name') ?? '')))
    return true;
  return all.some((container) =>
    listAt(container, 'volumeMounts').some((mount) => {
      const path = (textAt(mount, 'mountPath') ?? '').replace(/\/+$/, '');
      return path === '/mnt' || path === MODELS || path.startsWith(`${MODELS}/`);
    }),
  );
}

function reasonOf(context: ViewContext, pod: KubeObject): Pick<SkippedInjection, 'reason' | 'webhook'> {
  const listing = context.list('MutatingWebhookConfiguration');
  for (const object of listing.items) {
    const index = listAt(object.body, 'webhooks').findIndex((webhook) =>
      /(?:^|\.)(?:kserve|kfserving)-webhook-server\.pod-mutator$/.test(textAt(webhook, 'name') ?? ''),
    );
    if (index < 0) continue;
    const name = textAt(object.body, 'webhooks', index, 'name') ?? '';
    return { reason: reasonWith(context, pod, object, index), webhook: { object, name } };
  }
  const { complete } = listing;
  if (complete.state === 'unknown') return { reason: { kind: 'unseen', gap: complete.gap } };
  const cites = complete.state === 'present' ? [complete.cite] : [];
  return { reason: { kind: 'no-webhook', cites } };
}

function reasonWith(context: ViewContext, pod: KubeObject, configuration: KubeObject, index: number): SkipReason {
  const webhook = objectAt(configuration.body, 'webhooks', index) ?? {};
  const pointer = `/webhooks/${index}`;
  const name: ResourceRef = { apiVersion: 'v1', kind: 'Namespace', name: pod.ref.namespace ?? 'default' };
  const found = context.object(name);
  const selector = webhook['namespaceSelector'];
  const hasSelector = Object.keys(objectAt(selector) ?? {}).length > 0;
  if (hasSelector && found.state === 'unknown') return { kind: 'unseen', gap: found.gap };
  if (hasSelector && found.state === 'present') {
    const labels = textMapAt(found.value.body, 'metadata', 'labels');
    if (!matchesSelector(selector, labels))
      return {
        kind: 'namespace',
        namespace: found.value,
        label: decisive(selector, labels),
        cites: [
          found.value.cite(`labels of Namespace ${name.name}`, '/metadata/labels'),
          configuration.cite('namespaceSelector of the pod mutator', `${pointer}/namespaceSelector`),
        ],
      };
  }
  const labels = textMapAt(pod.body, 'metadata', 'labels');
  const objectSelector = webhook['objectSelector'];
  if (Object.keys(objectAt(objectSelector) ?? {}).length > 0 && !matchesSelector(objectSelector, labels))
    return {
      kind: 'object',
      label: decisive(objectSelector, labels),
      cites: [
        pod.cite('labels of the pod', '/metadata/labels'),
        configuration.cite('objectSelector of the pod mutator', `${pointer}/objectSelector`),
      ],
    };
  const made = textAt(configuration.body, 'metadata', 'creationTimestamp') ?? '';
  if (made > (textAt(pod.body, 'metadata', 'creationTimestamp') ?? made))
    return { kind: 'later', cites: [configuration.cite('when the webhook was made', '/metadata/creationTimestamp')] };
  if (textAt(webhook, 'failurePolicy') === 'Ignore') return ignored(context, configuration, webhook, pointer);
  return { kind: 'matches-now', cites: [configuration.cite('the pod mutator', `${pointer}/namespaceSelector`)] };
}

function ignored(
  context: ViewContext,
  configuration: KubeObject,
  webhook: Readonly<Record<string, unknown>>,
  pointer: string,
): SkipReason {
  const policy = configuration.cite('failurePolicy of the pod mutator', `${pointer}/failurePolicy`);
  const service = objectAt(webhook, 'clientConfig', 'service');
  const server: ResourceRef = {
    apiVersion: 'v1',
    kind: 'Service',
    namespace: textAt(service, 'namespace') ?? 'kserve',
    name: textAt(service, 'name') ?? 'kserve-webhook-server-service',
  };
  const endpoints = context.use(serviceEndpoints, server);
  if (endpoints.state !== 'present')
    return { kind: 'ignored', server, backend: endpoints.state === 'absent' ? 'down' : 'unseen', cites: [policy] };
  const { readyPods, podsSeen } = endpoints.value;
  const none = podsSeen.state === 'present' ? 'down' : 'unseen';
  return { kind: 'ignored', server, backend: readyPods === 0 ? none : 'up', cites: [policy, endpoints.cite] };
}

/** The first requirement of a label selector that labels do not meet. */
function decisive(selector: unknown, labels: Readonly<Record<string, string>>): InjectionLabel {
  for (const [key, value] of Object.entries(textMapAt(selector, 'matchLabels')))
    if (labels[key] !== value) return { key, value, how: 'demand' };
  for (const expression of listAt(selector, 'matchExpressions')) {
    if (matchesSelector({ matchExpressions: [expression] }, labels)) continue;
    const key = textAt(expression, 'key') ?? '';
    const operator = textAt(expression, 'operator') ?? '';
    const value = labels[key];
    if (operator === 'DoesNotExist' || operator === 'NotIn')
      return { key, ...(value === undefined ? {} : { value }), how: 'exclude' };
    const [first] = listAt(expression, 'values');
    return { key, ...(typeof first === 'string' ? { value: first } : {}), how: 'demand' };
  }
  return { key: '', how: 'demand' };
}
