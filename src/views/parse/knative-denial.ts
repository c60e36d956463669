/**
 * Says what Knative Serving's webhook finds wrong with a Service, Configuration, Revision or Route: a feature that is switched off, a limit of the
 * cluster, or a field that Knative does not take. Reads the text of `FieldError`s only (knative.dev/pkg apis/field_error.go: `message: paths` and
 * a line of details).
 */
import type { AdmissionError } from './admission-message.ts';
import { boundMessage } from './go-text.ts';

export type KnativeDenial =
  /** A flag of ConfigMap config-features is off. `feature` is in words, `where` the field of the pod's spec. */
  | { readonly class: 'feature'; readonly flags: readonly string[]; readonly features: readonly string[] }
  /** A bound that a ConfigMap of Knative sets. */
  | {
      readonly class: 'limit';
      readonly config: 'config-defaults' | 'config-autoscaler';
      readonly key: string;
      /** Field of the component, as KServe calls it. */
      readonly field: string;
      readonly given: string;
      readonly most?: string;
    }
  | { readonly class: 'spec'; readonly fault: KnativeFault; readonly given: string };

export type KnativeFault =
  | 'several-ports'
  | 'port-name'
  | 'reserved-port'
  | 'reserved-name'
  | 'reserved-variable'
  | 'duplicate-container'
  | 'probe-port'
  | 'probe-period'
  | 'image-reference'
  | 'volume-not-mounted'
  | 'reserved-path'
  | 'annotation-misplaced'
  | 'annotation-invalid'
  | 'scale-bounds'
  | 'traffic-sum'
  | 'revision-immutable'
  | 'field-not-allowed'
  | 'field-missing';

/** What a refusal says, where it is one by the webhooks of Knative Serving that look at its objects (cmd/webhook/main.go). */
export function knativeDenialIn(error: AdmissionError): KnativeDenial | undefined {
  return error.class === 'webhook-denied' && /^(?:validation\.)?webhook\.serving\.knative\.dev$/.test(error.webhook)
    ? parseKnativeDenial(error.denial)
    : undefined;
}

/**
 * Fields of the pod's spec with the flag of config-features that allows them (knative serving pkg/apis/config/features.go and
 * pkg/apis/serving/fieldmask.go); the last step of the path decides.
 */
const FLAGS: Readonly<Record<string, string>> = {
  affinity: 'kubernetes.podspec-affinity',
  topologySpreadConstraints: 'kubernetes.podspec-topologyspreadconstraints',
  nodeSelector: 'kubernetes.podspec-nodeselector',
  runtimeClassName: 'kubernetes.podspec-runtimeclassname',
  securityContext: 'kubernetes.podspec-securitycontext',
  priorityClassName: 'kubernetes.podspec-priorityclassname',
  schedulerName: 'kubernetes.podspec-schedulername',
  tolerations: 'kubernetes.podspec-tolerations',
  dnsPolicy: 'kubernetes.podspec-dnspolicy',
  dnsConfig: 'kubernetes.podspec-dnsconfig',
  hostAliases: 'kubernetes.podspec-hostaliases',
  hostIPC: 'kubernetes.podspec-hostipc',
  hostPID: 'kubernetes.podspec-hostpid',
  hostNetwork: 'kubernetes.podspec-hostnetwork',
  shareProcessNamespace: 'kubernetes.podspec-shareprocessnamespace',
  fieldRef: 'kubernetes.podspec-fieldref',
  resourceFieldRef: 'kubernetes.podspec-fieldref',
  initContainers: 'kubernetes.podspec-init-containers',
};

/** Texts of pkg/apis/serving/k8s_validation.go that name a feature and not a field. */
const SWITCHED_OFF: readonly (readonly [RegExp, string, string])[] = [
  [/support for init-containers is off/, 'kubernetes.podspec-init-containers', 'init containers'],
  [
    /[Pp]ersistent volume write support is (?:disabled|off)/,
    'kubernetes.podspec-persistent-volume-write',
    'a PersistentVolumeClaim that is not read-only',
  ],
  [
    /[Pp]ersistent volume claim support is (?:disabled|off)/,
    'kubernetes.podspec-persistent-volume-claim',
    'a PersistentVolumeClaim',
  ],
  [/EmptyDir volume support is (?:disabled|off)/i, 'kubernetes.podspec-volumes-emptydir', 'an emptyDir volume'],
  [/HostPath volume support is (?:disabled|off)/i, 'kubernetes.podspec-volumes-hostpath', 'a hostPath volume'],
  [/CSI volume support is (?:disabled|off)/i, 'kubernetes.podspec-volumes-csi', 'a CSI volume'],
  [/Image volume support is (?:disabled|off)/i, 'kubernetes.podspec-volumes-image', 'an image volume'],
  [/Ephemeral volume support is (?:disabled|off)/i, 'kubernetes.podspec-volumes-ephemeral', 'an ephemeral volume'],
  [/multi-container is off/, 'multi-container', 'several containers'],
];

/** A path that goes through containers is not a field of the pod. */
const IN_CONTAINER = /\.(?:containers|initContainers|volumes)\b/;

function parseKnativeDenial(denial: string): KnativeDenial | undefined {
  const text = boundMessage(denial);
  return featureOf(text) ?? limitOf(text) ?? faultOf(text);
}

function featureOf(text: string): KnativeDenial | undefined {
  const flags: string[] = [];
  const features: string[] = [];
  for (const [words, flag, feature] of SWITCHED_OFF) {
    if (!words.test(text)) continue;
    flags.push(flag);
    features.push(feature);
  }
  for (const path of forbiddenPaths(text)) {
    const field = path.slice(path.lastIndexOf('.') + 1).replace(/\[\d+\]$/, '');
    const flag = Object.hasOwn(FLAGS, field) ? FLAGS[field] : undefined;
    // A container has a securityContext of its own, some fields of which no flag allows.
    if (flag === undefined || (field === 'securityContext' && IN_CONTAINER.test(path))) continue;
    if (flags.includes(flag)) continue;
    flags.push(flag);
    features.push(field);
  }
  return flags.length === 0 ? undefined : { class: 'feature', flags, features };
}

/** `must not set the field(s): spec.template.spec.nodeSelector, spec.template.spec.tolerations` */
function forbiddenPaths(text: string): readonly string[] {
  const found: string[] = [];
  for (const [, paths = ''] of text.matchAll(/must not set the field\(s\): ([^\n]{1,2000})/g))
    for (const path of paths.split(',')) found.push(path.trim());
  return found.slice(0, 40);
}

function limitOf(text: string): KnativeDenial | undefined {
  const range = /expected (-?[\w.]{1,30}) <= (-?[\w.]{1,30}) <= (-?[\w.]{1,30}): ([^\s,]{1,300})/.exec(text);
  const [, , given = '', most = '', path = ''] = range ?? [];
  const field = path.slice(path.lastIndexOf('.') + 1);
  if (/^(?:timeoutSeconds|responseStartTimeoutSeconds|idleTimeoutSeconds)$/.test(field))
    return {
      class: 'limit',
      config: 'config-defaults',
      key: 'max-revision-timeout-seconds',
      field: field === 'timeoutSeconds' ? 'timeout' : field,
      given,
      most,
    };
  if (field === 'containerConcurrency')
    return {
      class: 'limit',
      config: 'config-defaults',
      key: 'container-concurrency-max-limit',
      field,
      given,
      most,
    };
  const unlimited = /max-scale=(\d{1,10}) \(unlimited\), must be less than (\d{1,10})/.exec(text);
  if (unlimited !== null)
    return {
      class: 'limit',
      config: 'config-autoscaler',
      key: 'max-scale-limit',
      field: 'maxReplicas',
      given: '0 (unlimited)',
      most: unlimited[2] ?? '',
    };
  const above = /expected 1 <= (\d{1,10}) <= (\d{1,10}): [^\s]{0,200}max-?scale/i.exec(text);
  if (above !== null)
    return {
      class: 'limit',
      config: 'config-autoscaler',
      key: 'max-scale-limit',
      field: 'maxReplicas',
      given: above[1] ?? '',
      most: above[2] ?? '',
    };
  return /initial-?scale=0 not allowed by cluster/i.test(text)
    ? {
        class: 'limit',
        config: 'config-autoscaler',
        key: 'allow-zero-initial-scale',
        field: 'autoscaling.knative.dev/initial-scale',
        given: '0',
      }
    : undefined;
}

/** The capture group, if any, is what the message names. k8s_validation.go, metadata_validation.go, annotation_validation.go, route_validation.go. */
const FAULTS: readonly (readonly [RegExp, KnativeFault])[] = [
  [/more than one container port is set/, 'several-ports'],
  [/Port name (\S{1,80}) is not allowed/, 'port-name'],
  [/invalid value: (\d{1,5}) is a reserved port/, 'reserved-port'],
  [/"?([a-z0-9-]{1,63})"? is a reserved container name/, 'reserved-name'],
  [/"?([A-Z_]{1,63})"? is a reserved environment variable/, 'reserved-variable'],
  [/duplicate container name "([^"]{1,80})"/, 'duplicate-container'],
  [/Probe port must match container port|is not a valid probe port/, 'probe-port'],
  [/(failureThreshold|timeoutSeconds) is disallowed when periodSeconds is zero/, 'probe-period'],
  [/Failed to parse image reference/, 'image-reference'],
  [/volume with name "([^"]{1,80})" not mounted/, 'volume-not-mounted'],
  [/mountPath "([^"]{1,200})" is a reserved path/, 'reserved-path'],
  [
    /invalid key name "(autoscaling\.[\w./-]{1,200})"[^]{0,300}?autoscaling annotations must be put under/,
    'annotation-misplaced',
  ],
  [/(max-?scale=\d{1,10} is less than min-?scale=\d{1,10})/i, 'scale-bounds'],
  [/(Traffic targets sum to \d{1,6}, want 100)/, 'traffic-sum'],
  [/Saw the following changes without a name change|Immutable fields changed/, 'revision-immutable'],
  [
    /(?:invalid (?:value|key name)|expected)[^\n]{1,200}?((?:autoscaling|serving)\.knative\.dev\/[\w-]{1,80})/,
    'annotation-invalid',
  ],
  [/must not set the field\(s\): ([^\n]{1,200})/, 'field-not-allowed'],
  [/missing field\(s\): ([^\n]{1,200})/, 'field-missing'],
];

function faultOf(text: string): KnativeDenial | undefined {
  for (const [words, fault] of FAULTS) {
    const match = words.exec(text);
    if (match !== null) return { class: 'spec', fault, given: match[1] ?? '' };
  }
  return undefined;
}
