/**
 * What is called for an object that a person names: which Knative Route or which Service, under which hosts, in which mode of deployment, and with which
 * request when none is given. Knows the kinds; judges nothing.
 */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import { listAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import { nameWithKind } from '../../model/kinds.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { groupOf, type ResourceRef } from '../../model/reference.ts';
import { plainEntry } from './entry-plain.ts';
import { bareHost, isClusterLocal } from './match.ts';
import type { Todo } from './path-types.ts';
import { askWhy } from './published.ts';
import { knativeRules } from './knative-route.ts';
import { VISIBILITY_LABELS } from '../gateway-visibility.ts';

export type Mode = 'knative' | 'service';

export interface Entry {
  readonly mode: Mode;
  readonly object: KubeObject;
  readonly namespace: string;
  /** The Knative Route, or the Service, that is called. */
  readonly name: string;
  /** The host for callers outside; absent where there is none. */
  readonly externalHost?: string;
  readonly localHost: string;
  readonly path: string;
  /** What stands before every path from outside: KServe's pathTemplate, LLMInferenceService. */
  readonly pathPrefix?: string;
  readonly method: string;
  readonly contentType?: string;
  /** `predictor`, `transformer` …, where the object has components. */
  readonly component?: string;
  /** The object may be called from outside: then a missing route there is a fault. */
  readonly published: boolean;
  /** The label that keeps it inside the cluster. */
  readonly hiddenBy?: string;
  /** What was asked about is of this revision: paths to others are not meant. */
  readonly revision?: string;
  /** A Service with an address of its own outside the cluster, and no host. */
  readonly exposed?: KubeObject;
}

export type EntryFound =
  | { readonly state: 'found'; readonly entry: Entry }
  | {
      /** `nowhere`: there is nothing to call, for sure. `unknown`: nobody knows what to call. */
      readonly state: 'nowhere' | 'unknown';
      readonly says: string;
      readonly gaps: readonly EvidenceGap[];
      readonly citations?: readonly Citation[];
      readonly object?: KubeObject;
      readonly todo?: Todo;
    };

const KSERVE = /^serving\.(?:kserve\.io|kubeflow\.org)$/;

export function entryOf(
  context: ViewContext,
  subject: ResourceRef,
  host: string | undefined,
  path: string | undefined,
): EntryFound {
  const found = context.object(subject);
  if (found.state === 'unknown')
    return { state: 'unknown', says: `${nameWithKind(subject)} was not read`, gaps: [found.gap] };
  if (found.state === 'absent')
    return {
      state: 'nowhere',
      says: `${nameWithKind(subject)} does not exist`,
      gaps: [],
      citations: [found.cite],
      todo: askWhy(subject),
    };
  const object = found.value;
  const group = groupOf(object.ref.apiVersion);
  if (object.ref.kind === 'InferenceService' && KSERVE.test(group))
    return inferenceService(context, object, host, path);
  if (object.ref.kind === 'InferenceGraph') return graph(context, object);
  if (object.ref.kind === 'LLMInferenceService') return languageModel(object);
  if (object.ref.kind === 'TrainedModel') return trainedModel(context, object, host, path);
  if (group === 'serving.knative.dev' || isOfKnative(object)) return knative(context, object);
  return plainEntry(context, object);
}

const COMPONENTS = ['transformer', 'predictor', 'explainer'] as const;

function inferenceService(
  context: ViewContext,
  object: KubeObject,
  host: string | undefined,
  path: string | undefined,
): EntryFound {
  const namespace = object.ref.namespace ?? 'default';
  const { body, ref } = object;
  const mode = modeOf(context, object);
  if (mode === undefined)
    return {
      state: 'unknown',
      says: `How InferenceService ${ref.name} is deployed is not known: ${objectAt(body, 'status') === undefined ? 'it has no status' : 'its status names no mode'}, and nothing that was made of it was seen`,
      gaps: [],
      object,
      todo: askWhy(ref),
    };
  const component = componentFor(object, host, path);
  const asked = path?.endsWith(':explain') === true ? 'explainer' : 'any';
  const name = nameOfComponent(context, object, component, mode);
  const url = (...at: readonly string[]): string | undefined => hostOf(textAt(body, ...at));
  const external = [
    url('status', 'url'),
    url('status', 'components', component, 'url'),
    ruleHost(context, namespace, name),
  ].find((candidate) => candidate !== undefined && !isClusterLocal(candidate));
  const inner = url('status', 'address', 'url');
  const prefix = prefixOf(textAt(body, 'status', 'url'));
  const v2 = textAt(body, 'spec', component, 'model', 'protocolVersion') === 'v2';
  const model = ref.name;
  return {
    state: 'found',
    entry: {
      mode,
      object,
      namespace,
      name,
      ...(external === undefined ? {} : { externalHost: external }),
      // With a VirtualService of KServe's own the name of the InferenceService is called, else that of the component.
      localHost:
        inner !== undefined && isClusterLocal(inner) && asked === 'any'
          ? inner
          : `${name}.${namespace}.svc.cluster.local`,
      ...(prefix === undefined ? {} : { pathPrefix: prefix }),
      path: path ?? (v2 ? `/v2/models/${model}/infer` : `/v1/models/${model}:predict`),
      method: 'POST',
      contentType: 'application/json',
      component,
      ...visibility(object),
    },
  };
}

/** kserve and knative both keep an object inside the cluster by a label. */
function visibility(object: KubeObject): Pick<Entry, 'published' | 'hiddenBy'> {
  const labels = textMapAt(object.body, 'metadata', 'labels');
  const found = VISIBILITY_LABELS.find((label) => labels[label] === 'cluster-local');
  return found === undefined ? { published: true } : { published: false, hiddenBy: `label ${found}=cluster-local` };
}

/** Status before annotation (kserve pkg/controller/v1beta1/inferenceservice/utils GetDeploymentMode); what was made tells where neither does. */
function modeOf(context: ViewContext, object: KubeObject): Mode | undefined {
  const annotation = textMapAt(object.body, 'metadata', 'annotations')['serving.kserve.io/deploymentMode'];
  const written = textAt(object.body, 'status', 'deploymentMode') ?? annotation;
  if (written === 'Standard' || written === 'RawDeployment') return 'service';
  if (written === 'Knative' || written === 'Serverless') return 'knative';
  // KFServing knew nothing but Knative.
  if (groupOf(object.ref.apiVersion) === 'serving.kubeflow.org') return 'knative';
  const made = context.ownedBy(object.ref);
  if (made.some((child) => child.ref.kind === 'Service' && groupOf(child.ref.apiVersion) === 'serving.knative.dev'))
    return 'knative';
  if (made.some((child) => child.ref.kind === 'Deployment')) return 'service';
  return objectAt(object.body, 'status', 'components') === undefined ? undefined : 'knative';
}

function componentFor(object: KubeObject, host: string | undefined, path: string | undefined): string {
  const has = (component: string): boolean =>
    objectAt(object.body, 'spec', component) !== undefined ||
    // v1alpha2 of KFServing.
    objectAt(object.body, 'spec', 'default', component) !== undefined ||
    objectAt(object.body, 'status', 'components', component) !== undefined;
  const asked = bareHost(host ?? '');
  const byHost = COMPONENTS.find((component) => asked.startsWith(`${object.ref.name}-${component}`));
  if (byHost !== undefined) return byHost;
  if (path?.endsWith(':explain') === true && has('explainer')) return 'explainer';
  return has('transformer') ? 'transformer' : 'predictor';
}

/** Until KServe 0.10 components were called `NAME-predictor-default`. */
export function nameOfComponent(context: ViewContext, object: KubeObject, component: string, mode: Mode): string {
  const namespace = object.ref.namespace ?? 'default';
  const written = hostOf(
    textAt(object.body, 'status', 'components', component, 'address', 'url') ??
      textAt(object.body, 'status', 'components', component, 'url'),
  );
  const [first] = (written ?? '').split('.');
  if (mode === 'knative' && first !== undefined && first !== '') return first;
  const made = context.ownedBy(object.ref).find((child) => {
    const labels = textMapAt(child.body, 'metadata', 'labels');
    const wanted =
      mode === 'knative' ? groupOf(child.ref.apiVersion) === 'serving.knative.dev' : child.ref.apiVersion === 'v1';
    return child.ref.kind === 'Service' && wanted && labels['component'] === component;
  });
  if (made !== undefined) return made.ref.name;
  const old = `${object.ref.name}-${component}-default`;
  const known = context.list('Service', { namespace, group: mode === 'knative' ? 'serving.knative.dev' : '' }).items;
  const alpha = objectAt(object.body, 'spec', 'default') !== undefined;
  return alpha || known.some((service) => service.ref.name === old) ? old : `${object.ref.name}-${component}`;
}

function hostOf(url: string | undefined): string | undefined {
  const found = /^[a-z][a-z0-9+.-]{0,20}:\/\/([^/?#]{1,253})/i.exec(url ?? '')?.[1];
  return found === undefined ? undefined : bareHost(found);
}

/** `/serving/models/fraud` of `http://ml.acme.test/serving/models/fraud`. */
function prefixOf(url: string | undefined): string | undefined {
  const path = /^[a-z][a-z0-9+.-]{0,20}:\/\/[^/?#]{1,253}(\/[^?#]{1,500})/i.exec(url ?? '')?.[1]?.replace(/\/+$/, '');
  return path === undefined || path === '' || path.includes('/v1/') || path.includes('/v2/') ? undefined : path;
}

/** The host that Knative's Ingress of a Route publishes. */
function ruleHost(context: ViewContext, namespace: string, route: string): string | undefined {
  return knativeRules(context, namespace)
    .filter((rule) => rule.ingress.ref.name === route && !rule.local)
    .flatMap((rule) => rule.hosts)
    .find((host) => host.startsWith(route));
}

/**
 * What Knative makes of its Services, down to the pods: called through the Route. A revision's private Service selects its pods like any other
 * (knative serving pkg/reconciler/serverlessservice/resources/services.go).
 */
function isOfKnative(object: KubeObject): boolean {
  if (groupOf(object.ref.apiVersion) === 'networking.internal.knative.dev') return true;
  const labels = textMapAt(object.body, 'metadata', 'labels');
  const made = ['service', 'route', 'configuration'].some((of) => labels[`serving.knative.dev/${of}`] !== undefined);
  return made && labels['networking.internal.knative.dev/serviceType'] !== 'Private';
}

/** The Route, which has the name of the Service or the Configuration. */
function routeOf({ body, ref }: KubeObject): string {
  if (ref.kind === 'DomainMapping') return textAt(body, 'spec', 'ref', 'name') ?? ref.name;
  if (groupOf(ref.apiVersion) === 'serving.knative.dev' && (ref.kind === 'Service' || ref.kind === 'Route'))
    return ref.name;
  const labels = textMapAt(body, 'metadata', 'labels');
  const named = ['service', 'route', 'configuration'].map((of) => labels[`serving.knative.dev/${of}`]);
  return named.find((name) => name !== undefined) ?? ref.name;
}

function knative(context: ViewContext, object: KubeObject): EntryFound {
  const namespace = object.ref.namespace ?? 'default';
  const labels = textMapAt(object.body, 'metadata', 'labels');
  const name = routeOf(object);
  const revision = object.ref.kind === 'Revision' ? object.ref.name : labels['serving.knative.dev/revision'];
  const url = object.ref.kind === 'DomainMapping' ? object.ref.name : hostOf(textAt(object.body, 'status', 'url'));
  // The Services that stand for the gateway: one for the Route, one for each tag.
  const placeholder = object.ref.kind === 'Service' && object.ref.apiVersion === 'v1' && revision === undefined;
  const called = placeholder ? object.ref.name : name;
  const external = [url, called === name ? ruleHost(context, namespace, name) : undefined].find(
    (host) => host !== undefined && !isClusterLocal(host),
  );
  const served = labels['serving.kserve.io/inferenceservice'];
  return {
    state: 'found',
    entry: {
      mode: 'knative',
      object,
      namespace,
      name,
      ...(external === undefined ? {} : { externalHost: external }),
      localHost: `${called}.${namespace}.svc.cluster.local`,
      ...(revision === undefined ? {} : { revision }),
      ...(served === undefined
        ? { path: '/', method: 'GET' }
        : { path: `/v1/models/${served}:predict`, method: 'POST', contentType: 'application/json' }),
      ...(called === name ? visibility(object) : { published: false }),
    },
  };
}

function graph(context: ViewContext, object: KubeObject): EntryFound {
  const namespace = object.ref.namespace ?? 'default';
  const made = context.ownedBy(object.ref);
  const standard = made.some((child) => child.ref.kind === 'Deployment');
  const external = [hostOf(textAt(object.body, 'status', 'url')), ruleHost(context, namespace, object.ref.name)].find(
    (host) => host !== undefined && !isClusterLocal(host),
  );
  return {
    state: 'found',
    entry: {
      mode: standard ? 'service' : 'knative',
      object,
      namespace,
      name: object.ref.name,
      ...(external === undefined ? {} : { externalHost: external }),
      localHost: `${object.ref.name}.${namespace}.svc.cluster.local`,
      path: '/',
      method: 'POST',
      contentType: 'application/json',
      component: 'router',
      ...visibility(object),
    },
  };
}

/** Names of kserve pkg/controller/v1alpha2/llmisvc: the Service of the workload, and a route under `/namespace/name`. */
function languageModel(object: KubeObject): EntryFound {
  const namespace = object.ref.namespace ?? 'default';
  const { name } = object.ref;
  const urls = [
    textAt(object.body, 'status', 'url'),
    ...listAt(object.body, 'status', 'addresses').map((address) => textAt(address, 'url')),
  ];
  const url = urls.find((candidate) => !isClusterLocal(hostOf(candidate) ?? 'x.svc'));
  const external = hostOf(url);
  const service = `${name}-kserve-workload-svc`;
  return {
    state: 'found',
    entry: {
      mode: 'service',
      object,
      namespace,
      name: service,
      ...(external === undefined ? {} : { externalHost: external }),
      localHost: `${service}.${namespace}.svc.cluster.local`,
      path: '/v1/chat/completions',
      pathPrefix: prefixOf(url) ?? `/${namespace}/${name}`,
      method: 'POST',
      contentType: 'application/json',
      ...visibility(object),
    },
  };
}

function trainedModel(
  context: ViewContext,
  object: KubeObject,
  host: string | undefined,
  path: string | undefined,
): EntryFound {
  const parent = textAt(object.body, 'spec', 'inferenceService') ?? '';
  const apiVersion = `${groupOf(object.ref.apiVersion)}/v1beta1`;
  const ref = { apiVersion, kind: 'InferenceService', name: parent, namespace: object.ref.namespace ?? 'default' };
  const found = entryOf(context, ref, host, path ?? `/v1/models/${object.ref.name}:predict`);
  return found.state === 'found' ? { state: 'found', entry: { ...found.entry, object } } : found;
}
