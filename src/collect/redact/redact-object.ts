/**
 * The gate through which every object enters a Snapshot: what is secret, or large and of no use, is taken out here, once, in place.
 * The body must be freshly parsed and owned by the caller. Admitting twice changes nothing.
 */
import { isObject, type JsonObject } from '../../model/json.ts';
import { groupOf } from '../../model/reference.ts';
import { reduceManagedFields } from './managed-fields.ts';
import { isMark, REDACTED } from './marks.ts';
import {
  redactBinaryData,
  redactConfigMapData,
  redactContainer,
  redactNamedValue,
  redactTree,
} from './redact-pod-template.ts';
import { redactSecret } from './redact-secret.ts';
import { redactText } from './redact-text.ts';

/** Objects of our own reading: written in place until they enter the Snapshot. */
export type MutableJson = { [key: string]: unknown };

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Longest annotation value that is kept, in UTF-16 units, mark included. */
export const LONGEST_ANNOTATION = 4096;
const CUT_MARK = '…‹cut›';

/** `Kind.group` of objects that a fix may touch: only for them it matters who owns a field. */
const FIXABLE = new Set([
  'Deployment.apps',
  'StatefulSet.apps',
  'DaemonSet.apps',
  'Job.batch',
  'CronJob.batch',
  'Service.',
  'ConfigMap.',
  'Secret.',
  'ServiceAccount.',
  'PersistentVolumeClaim.',
  'HorizontalPodAutoscaler.autoscaling',
  'ResourceQuota.',
  'LimitRange.',
  'Namespace.',
  'Ingress.networking.k8s.io',
  'InferenceService.serving.kserve.io',
  'ServingRuntime.serving.kserve.io',
  'ClusterServingRuntime.serving.kserve.io',
  'Service.serving.knative.dev',
  'Configuration.serving.knative.dev',
  'MutatingWebhookConfiguration.admissionregistration.k8s.io',
  'ValidatingWebhookConfiguration.admissionregistration.k8s.io',
]);

/** Whether `metadata.managedFields` of this kind is kept (reduced) or dropped. */
export function keepsFieldOwners(kind: string, apiVersion: string): boolean {
  return FIXABLE.has(`${kind}.${groupOf(apiVersion)}`);
}

/** Discovery and schemas: no secrets, and megabytes of them. */
const PLAIN = new Set(['CustomResourceDefinition', 'APIResourceList', 'APIGroupList', 'APIGroup', 'APIVersions']);

/** The same object, redacted in place. */
export function admitObject(body: JsonObject): JsonObject {
  const object: MutableJson = body;
  const kind = typeof object['kind'] === 'string' ? object['kind'] : '';
  const apiVersion = typeof object['apiVersion'] === 'string' ? object['apiVersion'] : '';
  if (isObject(object['metadata'])) admitMetadata(object['metadata'], kind, apiVersion);
  if (PLAIN.has(kind)) return object;
  if (kind === 'Secret' && apiVersion === 'v1') {
    redactSecret(object);
    return object;
  }
  if (kind === 'Pod' && apiVersion === 'v1') admitPod(object);
  else if (kind === 'Event') admitEvent(object);
  else if (kind === 'ConfigMap' && apiVersion === 'v1') {
    if (isObject(object['data'])) redactConfigMapData(object['data']);
    if (isObject(object['binaryData'])) redactBinaryData(object['binaryData']);
  } else for (const key of Object.keys(object)) if (!IDENTITY.has(key)) object[key] = redactTree(object[key], 0);
  return object;
}

const IDENTITY = new Set(['kind', 'apiVersion', 'metadata']);

function admitMetadata(metadata: MutableJson, kind: string, apiVersion: string): void {
  if (metadata['managedFields'] !== undefined) {
    if (keepsFieldOwners(kind, apiVersion)) {
      metadata['managedFields'] = reduceManagedFields(metadata['managedFields'], kind !== 'Secret');
    } else delete metadata['managedFields'];
  }
  if (isObject(metadata['annotations'])) admitAnnotations(metadata['annotations'], kind === 'Secret');
}

function admitAnnotations(annotations: MutableJson, ofSecret: boolean): void {
  for (const [key, value] of Object.entries(annotations)) {
    if (typeof value !== 'string') continue;
    if (key === LAST_APPLIED) {
      if (ofSecret) delete annotations[key];
      else annotations[key] = REDACTED;
      continue;
    }
    if (holdsObject(value)) {
      annotations[key] = REDACTED;
      continue;
    }
    const clean = SECRET_ANNOTATION.test(key) ? redactNamedValue('token', value) : redactText(value);
    if (clean.length > LONGEST_ANNOTATION) annotations[key] = cut(clean);
    else if (clean !== value) annotations[key] = clean;
  }
}

/** Annotations that hold a credential itself; those that end in `secret` name a Secret. */
const SECRET_ANNOTATION =
  /(?:password|passwd|passphrase|token|api[_-]?key|access[_-]?key|account[_-]?key|client[_-]?secret|connection[_-]?string)$/i;

/**
 * The object as it was applied, under the keys of other tools than kubectl (`kapp.k14s.io/original`), or compressed, as Rancher does
 * (`objectset.rio.cattle.io/applied`): gzip in base64 begins with H4sI. It repeats what the object says, before redaction.
 */
function holdsObject(value: string): boolean {
  if (/^H4sI[A-Za-z0-9+/=]{16}/.test(value)) return true;
  return /^\s{0,64}\{/.test(value) && value.includes('"apiVersion"') && /"(?:spec|data|stringData)"/.test(value);
}

function cut(text: string): string {
  const kept = text.slice(0, LONGEST_ANNOTATION - CUT_MARK.length);
  // Half of a surrogate pair would not survive being written as UTF-8; half of a mark would be met again by the next pass.
  const mark = kept.lastIndexOf('‹');
  const whole = mark > kept.lastIndexOf('›') ? kept.slice(0, mark) : kept;
  return `${/[\uD800-\uDBFF]$/.test(whole) ? whole.slice(0, -1) : whole}${CUT_MARK}`;
}

/** Pods come by the ten thousand: only the places where their text can hold a credential are read. */
function admitPod(pod: MutableJson): void {
  const spec = pod['spec'];
  if (isObject(spec)) {
    redactContainers(spec['containers']);
    redactContainers(spec['initContainers']);
    redactContainers(spec['ephemeralContainers']);
    redactVolumes(spec['volumes']);
  }
  const status = pod['status'];
  if (!isObject(status)) return;
  redactMessage(status);
  redactMessages(status['conditions']);
  redactStatuses(status['containerStatuses']);
  redactStatuses(status['initContainerStatuses']);
  redactStatuses(status['ephemeralContainerStatuses']);
}

function redactContainers(containers: unknown): void {
  if (!Array.isArray(containers)) return;
  for (const container of containers) if (isObject(container)) redactContainer(container);
}

/** Only drivers take credentials in plain text (`csi.volumeAttributes`, `flexVolume.options`). */
function redactVolumes(volumes: unknown): void {
  if (!Array.isArray(volumes)) return;
  for (const volume of volumes) {
    if (!isObject(volume)) continue;
    redactTree(volume['csi'], 0);
    redactTree(volume['flexVolume'], 0);
  }
}

function redactStatuses(statuses: unknown): void {
  if (!Array.isArray(statuses)) return;
  for (const status of statuses) {
    if (!isObject(status)) continue;
    for (const states of [status['state'], status['lastState']]) {
      if (isObject(states)) for (const state of Object.values(states)) if (isObject(state)) redactMessage(state);
    }
  }
}

function redactMessages(list: unknown): void {
  if (!Array.isArray(list)) return;
  for (const entry of list) if (isObject(entry)) redactMessage(entry);
}

function redactMessage(holder: MutableJson): void {
  const message = holder['message'];
  if (typeof message === 'string' && !isMark(message)) holder['message'] = redactText(message);
}

/** `message` in core/v1, `note` in events.k8s.io/v1. */
function admitEvent(event: MutableJson): void {
  redactMessage(event);
  if (typeof event['note'] === 'string') event['note'] = redactText(event['note']);
}
