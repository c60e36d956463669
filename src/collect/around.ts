/**
 * The first round for a question about one object: the object, the workload behind it, its pods by selector, and the namespace's events and
 * Services. About six requests; it lists a namespace's pods only where no selector names them. It never sees a rule.
 */
import {
  azuremlPlaceOf,
  AZUREML_GROUP,
  DEPLOYMENT_LABEL,
  ENDPOINT_LABEL,
  type AzuremlPlace,
} from '../model/azureml-labels.ts';
import { at, isObject, listAt, objectAt, textAt, textMapAt, type JsonObject } from '../model/json.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { isOfKind, kindAndGroup, namedBy } from '../model/serving-names.ts';
import { KNATIVE_LISTS, PLATFORM_LABELS, SERVING_RELATIONS, type KindName } from '../model/serving-relations.ts';
import { knownKind, readList, readObject, type Into } from './read.ts';
import type { ClusterPort } from './port.ts';

/** Kinds whose `spec.selector` names pods (a claim's names volumes, a NetworkPolicy's other things). */
const SELECTING = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job']);
const SCALED = new Set(['Deployment', 'StatefulSet', 'ReplicaSet']);
/** Events of objects without a namespace lie here (client-go tools/record/event.go makeEvent). */
const EVENTS_OF_THE_CLUSTER = 'default';
/** Deeper owners than InferenceService → Service → Configuration → Revision → Deployment → ReplicaSet → Pod are not known. */
const DEEPEST = 8;

interface Round {
  readonly port: ClusterPort;
  readonly into: Into;
  readonly namespace: string;
}

export async function collectAround(port: ClusterPort, ref: ResourceRef, into: Into): Promise<void> {
  const object = await readObject(port, ref, into);
  const round: Round = { port, into, namespace: ref.namespace ?? EVENTS_OF_THE_CLUSTER };
  const events = readList(port, { info: knownKind('Event', ''), namespace: round.namespace }, into);
  if (object === undefined) {
    await events;
    return;
  }
  if (ref.namespace === undefined) {
    const pods =
      ref.kind === 'Node'
        ? readList(port, { info: knownKind('Pod', ''), fieldSelector: `spec.nodeName=${ref.name}` }, into)
        : undefined;
    await Promise.all([events, pods]);
    return;
  }
  await Promise.all([events, around(round, { ...object, kind: ref.kind }, ref)]);
}

async function around(round: Round, object: JsonObject, ref: ResourceRef): Promise<void> {
  const place = azuremlPlaceOf(ref, object);
  // A workload of Azure ML is one as any other; its custom resources are read where somebody asks for them.
  if (place !== undefined && groupOf(ref.apiVersion) === AZUREML_GROUP) return azuremlAround(round, place);
  const platform = await platformOf(round, object, ref);
  return platform === undefined ? workloadAround(round, object, ref) : platformAround(round, platform);
}

/** An online endpoint of Azure ML, or one deployment of it: all that carries its labels, and the custom resources, few of a kind in a namespace. */
async function azuremlAround(round: Round, { endpoint, deployment }: AzuremlPlace): Promise<void> {
  const labels = labelsText({
    ...(endpoint === undefined ? {} : { [ENDPOINT_LABEL]: endpoint }),
    ...(deployment === undefined ? {} : { [DEPLOYMENT_LABEL]: deployment }),
  });
  await Promise.all([
    // All of them: that none was made for a deployment is told only by a whole list.
    list(round, 'Deployment', 'apps'),
    list(round, 'ReplicaSet', 'apps', labels),
    pods(round, labels),
    list(round, 'Service', ''),
    list(round, 'OnlineDeployment', AZUREML_GROUP),
    list(round, 'OnlineEndpoint', AZUREML_GROUP),
  ]);
}

async function workloadAround(round: Round, object: JsonObject, ref: ResourceRef): Promise<void> {
  const services = list(round, 'Service', '');
  const workload = await workloadBehind(round, object, ref);
  const kind = textAt(workload, 'kind');
  const selector = workload === undefined ? undefined : selectorOf(workload);
  const reads = [services, pods(round, selector)];
  if (kind === 'Deployment') reads.push(list(round, 'ReplicaSet', 'apps', selector));
  if (kind === 'CronJob') reads.push(list(round, 'Job', 'batch'));
  if (kind !== undefined && SCALED.has(kind)) reads.push(list(round, 'HorizontalPodAutoscaler', 'autoscaling'));
  await Promise.all(reads);
}

function pods(round: Round, labelSelector?: string): Promise<readonly JsonObject[]> {
  return list(round, 'Pod', '', labelSelector);
}

function list(
  { port, into, namespace }: Round,
  kind: string,
  group: string,
  labelSelector?: string,
): Promise<readonly JsonObject[]> {
  return readList(
    port,
    { info: knownKind(kind, group), namespace, ...(labelSelector === undefined ? {} : { labelSelector }) },
    into,
  );
}

/** Walks from what a person may ask about to the object that carries the pod template; undefined where there is none. */
async function workloadBehind(round: Round, object: JsonObject, ref: ResourceRef): Promise<JsonObject | undefined> {
  switch (ref.kind) {
    case 'Service':
      return ownerOfFirst(round, await selectedPods(round, object));
    case 'HorizontalPodAutoscaler':
      return read(round, refFrom(objectAt(object, 'spec', 'scaleTargetRef'), round.namespace));
    case 'PersistentVolumeClaim':
    case 'ConfigMap':
    case 'Secret':
    case 'ServiceAccount':
      return ownerOfFirst(
        round,
        (await pods(round)).filter((pod) => mentions(at(pod, 'spec'), ref.name)),
      );
    default:
      return carrierOf(object, await ownerOf(round, object));
  }
}

async function selectedPods(round: Round, service: JsonObject): Promise<readonly JsonObject[]> {
  const labels = labelsText(textMapAt(service, 'spec', 'selector'));
  return labels === undefined ? [] : pods(round, labels);
}

async function ownerOfFirst(round: Round, found: readonly JsonObject[]): Promise<JsonObject | undefined> {
  const [pod] = found;
  return pod === undefined ? undefined : ownerOf(round, { ...pod, kind: 'Pod' });
}

/** Whether a pod's spec names something of that name, wherever: which of its fields does is for the relations to say. */
function mentions(value: unknown, name: string): boolean {
  if (value === name) return true;
  if (Array.isArray(value)) return value.some((entry) => mentions(entry, name));
  return isObject(value) && Object.values(value).some((entry) => mentions(entry, name));
}

/** The topmost controller that could be read; the object itself where nothing owns it. */
async function ownerOf(round: Round, object: JsonObject, depth = 0): Promise<JsonObject> {
  const owner = listAt(object, 'metadata', 'ownerReferences').find((reference) => at(reference, 'controller') === true);
  if (owner === undefined || textAt(owner, 'kind') === 'Node' || depth === DEEPEST) return object;
  const ref = refFrom(owner, round.namespace);
  const hash = textAt(object, 'metadata', 'labels', 'pod-template-hash');
  // A ReplicaSet of a Deployment is named after it and the hash (kubernetes pkg/controller/deployment/sync.go): the Deployment is one request
  // away, and the list of its ReplicaSets holds the one between.
  if (ref.kind === 'ReplicaSet' && hash !== undefined && ref.name.endsWith(`-${hash}`)) {
    const deployment = await read(round, { ...ref, kind: 'Deployment', name: ref.name.slice(0, -hash.length - 1) });
    if (deployment !== undefined) return carrierOf(deployment, await ownerOf(round, deployment, depth + 1));
  }
  const found = await read(round, ref);
  return found === undefined ? object : carrierOf(found, await ownerOf(round, found, depth + 1));
}

/** Above a Deployment stand objects without a pod template (a Revision, an operator's own kind): its selector is what finds the pods. */
function carrierOf(below: JsonObject, above: JsonObject): JsonObject {
  return selectorOf(above) === undefined && textAt(above, 'kind') !== 'CronJob' ? below : above;
}

async function read({ port, into }: Round, ref: ResourceRef): Promise<JsonObject | undefined> {
  const found = await readObject(port, ref, into);
  return found === undefined ? undefined : { ...found, kind: ref.kind };
}

function refFrom(value: unknown, namespace: string): ResourceRef {
  return {
    apiVersion: textAt(value, 'apiVersion') ?? 'v1',
    kind: textAt(value, 'kind') ?? '',
    name: textAt(value, 'name') ?? '',
    namespace,
  };
}

/** The pod selector of a workload; undefined where it has none. */
function selectorOf(workload: JsonObject): string | undefined {
  if (!SELECTING.has(textAt(workload, 'kind') ?? '')) return undefined;
  // A ReplicationController's selector is the map itself.
  return (
    labelsText(textMapAt(workload, 'spec', 'selector', 'matchLabels')) ??
    labelsText(textMapAt(workload, 'spec', 'selector'))
  );
}

function labelsText(labels: Readonly<Record<string, string>>): string | undefined {
  const pairs = Object.entries(labels);
  return pairs.length === 0 ? undefined : pairs.map(([key, value]) => `${key}=${value}`).join(',');
}

/** An object that a serving platform runs, and how to find what it is made of. */
interface Platform {
  readonly object: JsonObject;
  /** All pods, ReplicaSets and Deployments of it carry this; undefined where they are spread over several (an InferenceGraph's steps). */
  readonly label: string | undefined;
}

/**
 * The platform object behind a question: the object itself (an InferenceService, a Knative Service), what it names (a TrainedModel its
 * InferenceService, a DomainMapping its Knative Service), or what its labels say that it belongs to (a pod of a predictor).
 */
async function platformOf(round: Round, object: JsonObject, ref: ResourceRef): Promise<Platform | undefined> {
  const key = PLATFORM_LABELS[`${ref.kind}.${groupOf(ref.apiVersion)}`];
  if (ref.kind === 'InferenceGraph') return { object, label: undefined };
  if (key !== undefined && BEHIND.has(ref.kind)) return { object, label: `${key}=${ref.name}` };
  // A TrainedModel names its InferenceService, a DomainMapping its Knative Service.
  const named = SERVING_RELATIONS.filter(({ upper, lower }) => isOfKind(ref, upper) && isDeployed(lower)).flatMap(
    (relation) => namedBy({ ...ref, namespace: round.namespace }, object, relation),
  )[0];
  if (named !== undefined) {
    const found = await read(round, named);
    return found === undefined ? undefined : platformOf(round, found, named);
  }
  for (const [kind, label] of Object.entries(PLATFORM_LABELS)) {
    const name = textAt(object, 'metadata', 'labels', label);
    if (name === undefined || label === 'app.kubernetes.io/name') continue;
    const dot = kind.indexOf('.');
    const { versions } = knownKind(kind.slice(0, dot), kind.slice(dot + 1));
    const above = {
      apiVersion: `${kind.slice(dot + 1)}/${versions[0] ?? 'v1'}`,
      kind: kind.slice(0, dot),
      name,
      namespace: round.namespace,
    };
    if (!BEHIND.has(above.kind)) continue;
    const found = await read(round, above);
    if (found !== undefined) return { object: found, label: `${label}=${name}` };
  }
  return undefined;
}

/** Kinds that a person deploys and a platform runs; a Revision or a Configuration is found by the Knative Service in its labels. */
const BEHIND = new Set(['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'Service']);

function isDeployed(name: KindName): boolean {
  return BEHIND.has(kindAndGroup(name).kind);
}

async function platformAround(round: Round, { object, label }: Platform): Promise<void> {
  const graph = textAt(object, 'kind') === 'InferenceGraph';
  const [deployments] = await Promise.all([
    list(round, 'Deployment', 'apps', label),
    list(round, 'ReplicaSet', 'apps', label),
    pods(round, label),
    graph ? list(round, 'InferenceService', 'serving.kserve.io') : undefined,
  ]);
  if (await isKnative(round, object, deployments))
    // What stands between is few of a kind in a namespace; each predictor and transformer has its own.
    await Promise.all(KNATIVE_LISTS.map(({ kind, group }) => list(round, kind, group)));
  else await Promise.all([list(round, 'Service', ''), list(round, 'HorizontalPodAutoscaler', 'autoscaling')]);
}

async function isKnative(round: Round, object: JsonObject, deployments: readonly JsonObject[]): Promise<boolean> {
  if (isWithoutKnative(object)) return false;
  if (textAt(object, 'apiVersion')?.startsWith('serving.knative.dev/') === true) return true;
  if (deployments.length > 0)
    return deployments.some((deployment) =>
      listAt(deployment, 'metadata', 'ownerReferences').some((reference) => at(reference, 'kind') === 'Revision'),
    );
  // Nothing runs: a Knative Service tells that Knative was asked. Where its API is not served, more lists of it only cost requests.
  return (await list(round, 'Service', 'serving.knative.dev')).length > 0;
}

/** Where KServe says so (kserve pkg/constants: Standard, RawDeployment until 0.15); a mode that nobody tells may be Knative's. */
function isWithoutKnative(object: JsonObject): boolean {
  const mode =
    textAt(object, 'status', 'deploymentMode') ??
    textAt(object, 'metadata', 'annotations', 'serving.kserve.io/deploymentMode');
  return textAt(object, 'kind') === 'LLMInferenceService' || mode === 'Standard' || mode === 'RawDeployment';
}
