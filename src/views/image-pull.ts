/**
 * Everything that is known about why the images of a Pod, or of a Knative Revision, are not there: the errors, who asks the registry, the pull
 * secrets, the images that others run, and which object to change. Facts for the rules of the images stage; it blames nothing.
 */
import type { Citation, EvidenceGap, Lookup, Timestamp } from '../model/evidence.ts';
import type { Finding, Verdict } from '../model/finding.ts';
import { listAt, textMapAt } from '../model/json.ts';
import { CLUSTER, defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { knownImages, type KnownImage } from './known-images.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { podState, type PodState } from './pod-state.ts';
import { pullFailureOf, type PullFailure, type PullMechanism } from './pull-failure.ts';
import { resolutionFailuresOf } from './digest-failure.ts';
import { configRef, knativeConfig, settingsOf } from './knative-config.ts';
import { isRevision, knativeRevision } from './knative-revision.ts';
import { pullSecrets, type PullSecrets } from './pull-secrets.ts';
import { templateOwnerOf, workloadOf } from './workload-of.ts';

/** Which object holds the pod template, and whether a person writes it there. */
export interface PullTarget {
  /** Topmost owner: what a person wrote. */
  readonly workload: ResourceRef;
  /** Present where the Knative controller asks, for a Revision. */
  readonly knative?: {
    /** The part of an InferenceService that it belongs to (`predictor`). */
    readonly component: string | undefined;
    readonly now: Timestamp;
    /** ConfigMap config-deployment, with what it sets where it was seen. */
    readonly config: ResourceRef;
    readonly settings: Readonly<Record<string, string>> | undefined;
  };
  /** The object whose template may be changed with kubectl; absent where a controller above would undo it. */
  readonly template?: KubeObject;
  readonly owner: Lookup<FieldOwner>;
}

/**
 * Who asks the registry. The kubelet of a node pulls for a Pod; for a Revision the Knative controller looks up the digest of the tag, from inside the
 * cluster: with its own DNS, network and trust, and before there is a Pod (knative serving pkg/reconciler/revision/resolve.go).
 */
export type Puller = 'kubelet' | 'knative';

export interface ImagePull {
  /** The Pod or the Revision. */
  readonly object: KubeObject;
  /** Absent for a Revision. */
  readonly pod: PodState | undefined;
  readonly puller: Puller;
  /** What stands on a Revision: without the digest of its image none of it gets Ready. */
  readonly above: readonly ResourceRef[];
  /** One for each image that the pod waits for. */
  readonly failures: readonly PullFailure[];
  /** A pull that began and has not ended, of a pod that waits for it longer than a start takes. */
  readonly pulling: PullUnderWay | undefined;
  readonly secrets: PullSecrets;
  /** Cites the template where it was seen, else the pod. */
  readonly secretsCite: Citation;
  readonly node: ResourceRef | undefined;
  readonly nodeFound: Lookup<KubeObject> | undefined;
  readonly known: readonly KnownImage[];
  readonly target: PullTarget;
}

export interface PullUnderWay {
  readonly container: string;
  readonly image: string;
  readonly since: Timestamp;
  readonly cite: Citation;
}

export const imagePull = defineView<Lookup<ImagePull>>({
  id: 'image-pull',
  needs: [
    { type: 'object', kind: 'Node' },
    { type: 'object', kind: 'ConfigMap' },
    { type: 'event' },
    { type: 'registry' },
  ],
  uses: [podState, pullSecrets, knownImages, fieldOwner, ownerTree, kubeObject, knativeRevision],
  derive(context, subject) {
    if (isRevision(subject)) return revisionPull(context, subject);
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    const secrets = context.use(pullSecrets, subject);
    if (secrets.state !== 'present') return secrets;
    const pod = state.value;
    const node: ResourceRef | undefined =
      pod.node === undefined ? undefined : { apiVersion: 'v1', kind: 'Node', name: pod.node };
    const template = templateOwnerOf(context, subject);
    return {
      state: 'present',
      cite: state.cite,
      value: {
        object: pod.pod,
        pod,
        puller: 'kubelet',
        above: [],
        failures: failuresOf(context, pod),
        pulling: pullUnderWay(context, pod),
        secrets: secrets.value,
        secretsCite:
          template !== undefined && listAt(template.body, 'spec', 'template', 'spec', 'imagePullSecrets').length > 0
            ? template.cite(`pull secrets of ${nameWithKind(template.ref)}`, '/spec/template/spec/imagePullSecrets')
            : secrets.value.cite,
        node,
        nodeFound: node === undefined ? undefined : context.object(node),
        known: context.use(knownImages, CLUSTER),
        target: targetOf(context, subject, pod.pod, template),
      },
    };
  },
});

function revisionPull(context: ViewContext, subject: ResourceRef): Lookup<ImagePull> {
  const found = context.use(knativeRevision, subject);
  if (found.state !== 'present') return found;
  const secrets = context.use(pullSecrets, subject);
  if (secrets.state !== 'present') return secrets;
  const revision = found.value;
  const failures = resolutionFailuresOf(context, revision);
  const settings = failures.length === 0 ? undefined : knativeConfig(context, 'config-deployment');
  return {
    state: 'present',
    cite: found.cite,
    value: {
      object: revision.object,
      pod: undefined,
      puller: 'knative',
      above: revision.affects.slice(1),
      failures,
      pulling: undefined,
      secrets: secrets.value,
      secretsCite: secrets.value.cite,
      node: undefined,
      nodeFound: undefined,
      known: failures.length === 0 ? [] : context.use(knownImages, CLUSTER),
      target: {
        ...targetOf(context, subject, revision.object, undefined),
        knative: {
          now: context.now,
          component: textMapAt(revision.object.body, 'metadata', 'labels')['component'],
          config: configRef(context, 'config-deployment'),
          settings: settings?.state === 'present' ? settingsOf(settings.value) : undefined,
        },
      },
    },
  };
}

function failuresOf(context: ViewContext, pod: PodState): readonly PullFailure[] {
  if (pod.healthy) return [];
  const byImage = new Map<string, string[]>();
  const troubled = pod.troubled.filter((container) => container.trouble === 'image');
  for (const container of troubled)
    byImage.set(container.image, [...(byImage.get(container.image) ?? []), container.name]);
  const failures: PullFailure[] = [];
  for (const [image, containers] of byImage) {
    const same = troubled
      .filter((container) => container.image === image)
      .map((container) => pullFailureOf(context, pod, container, containers));
    const told = same.find((failure) => failure.gap === undefined) ?? same[0];
    if (told !== undefined) failures.push(told);
  }
  return failures;
}

/** The last word on the pod is `Pulling image "x"` (kubernetes pkg/kubelet/images/image_manager.go): no end of it, and no other trouble since. */
function pullUnderWay(context: ViewContext, pod: PodState): PullUnderWay | undefined {
  if (!pod.stuckCreating || pod.healthy) return undefined;
  const last = context.events(pod.pod.ref).at(-1);
  const image = /^Pulling image "([^"]{1,1024})"/.exec(last?.message ?? '')?.[1];
  if (last?.reason !== 'Pulling' || image === undefined) return undefined;
  const container = last.container ?? pod.containers.find((candidate) => candidate.image === image)?.name;
  if (container === undefined) return undefined;
  return { container, image, since: last.first, cite: last.cite(`the kubelet pulls ${image}`) };
}

function targetOf(
  context: ViewContext,
  subject: ResourceRef,
  pod: KubeObject,
  template: KubeObject | undefined,
): PullTarget {
  const workload = workloadOf(context, subject);
  const direct = template ?? (workload.kind === 'Pod' ? pod : undefined);
  // A template that a KServe, Knative or Argo controller writes is written again: only the topmost owner lasts.
  const writable = direct !== undefined && direct.ref.kind === workload.kind && direct.ref.name === workload.name;
  return {
    workload,
    ...(writable ? { template: direct } : {}),
    owner: context.use(fieldOwner, workload),
  };
}

/** Who asks the registry, in a sentence. */
export function asker(pull: ImagePull): string {
  return pull.puller === 'knative' ? 'the Knative controller' : 'the kubelet';
}

/** The answers that the helper below gives itself; a RuleContext has them. */
export interface PullAnswers {
  notApplicable(because: string): Verdict;
  ruledOut(because: string, ...cite: [Citation, ...Citation[]]): Verdict;
  unknown(...gaps: [EvidenceGap, ...EvidenceGap[]]): Verdict;
  all(verdicts: readonly [Verdict, ...Verdict[]]): Verdict;
}

/**
 * Runs a rule on each image that a pod waits for, where the error is of one of `mechanisms`. An error that nobody can read is unknown, an
 * error of another mechanism rules the rule out.
 */
export function checkPulls(
  pull: Lookup<ImagePull>,
  answers: PullAnswers,
  mechanisms: readonly PullMechanism[],
  check: (failure: PullFailure, pull: ImagePull) => Verdict,
): Verdict {
  if (pull.state === 'absent') return answers.notApplicable('the object does not exist any more');
  if (pull.state === 'unknown') return answers.unknown(pull.gap);
  const verdicts = pull.value.failures.map((failure) => {
    if (failure.gap !== undefined) return answers.unknown(failure.gap);
    if (mechanisms.includes(failure.mechanism)) return withAbove(check(failure, pull.value), pull.value.above);
    return answers.ruledOut(
      `the pull of ${failure.image} fails for another reason: ${WORDS[failure.mechanism]}`,
      failure.cite[0],
    );
  });
  const [first, ...more] = verdicts;
  return first === undefined
    ? answers.notApplicable('no container waits for its image')
    : answers.all([first, ...more]);
}

function withAbove(verdict: Verdict, above: readonly ResourceRef[]): Verdict {
  if (verdict.state !== 'found' || above.length === 0) return verdict;
  const [first, ...more] = verdict.findings;
  const wider = (finding: Finding): Finding => ({ ...finding, affects: [...finding.affects, ...above] });
  return { state: 'found', findings: [wider(first), ...more.map(wider)] };
}

const WORDS: Readonly<Record<PullMechanism, string>> = {
  'rate-limit': 'the registry limits the number of pulls',
  unauthorized: 'the registry refuses the caller',
  forbidden: 'the registry forbids the pull',
  'not-found': 'the registry does not have the image',
  platform: 'the image is not made for the platform of the node',
  tls: 'the TLS connection to the registry fails',
  'http-on-https': 'the registry speaks HTTP where HTTPS is expected',
  dns: 'the name of the registry is not resolved',
  refused: 'the registry refuses the connection',
  proxy: 'the proxy of the node fails',
  timeout: 'the connection to the registry fails',
  stalled: 'the download stands still',
  'server-error': 'the registry answers with a server error',
  'disk-full': 'the disk of the node is full',
  'digest-mismatch': 'the content does not match its digest',
  schema1: 'the image is of an obsolete format',
  'short-name': 'the short image name is not resolved',
  blocked: 'a policy blocks the image',
  'invalid-reference': 'the image reference cannot be read',
  'bad-content': 'the registry does not answer with an image',
  never: 'the pull policy is Never',
  runtime: 'the container runtime does not answer',
  unknown: 'the error is none of those known',
};
