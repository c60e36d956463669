/**
 * What the API server refused, and why: what a controller wants to make, or the object itself when somebody applied it. Finds the refusal that
 * still holds and has its words taken apart by `parse/admission-message.ts`; it does not look up what the words name (`refusal-references.ts`).
 */
import type { Citation, Citations, EvidenceGap, Timestamp } from '../model/evidence.ts';
import type { Effect } from '../model/finding.ts';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../model/json.ts';
import { KINDS, kindNamed, nameWithKind } from '../model/kinds.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { parseAdmissionError, type AdmissionError } from './parse/admission-message.ts';
import { quoted } from './parse/quoted.ts';
import { refusedCommand } from './refused-command.ts';
import { podCreation } from './pod-creation.ts';
import { reconcileError } from './reconcile-error.ts';
import { workloadState } from './workload-state.ts';

/** The kinds whose pods may be refused. */
const CONTROLLERS = ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'];

/** Everything that somebody may apply and see refused; a group tells the kinds that share a name from the first of that name. */
export const REFUSABLE: readonly string[] = [
  ...KINDS.filter((info) => info.kind !== 'Event' && info.kind !== 'Pod').map((info) =>
    kindNamed(info.kind)?.group === info.group ? info.kind : `${info.kind}.${info.group}`,
  ),
  'Pod',
];

export interface PodTemplate {
  readonly object: KubeObject;
  /** The pod's spec in the template. */
  readonly spec: JsonObject;
  readonly pointer: string;
}

export interface Refused {
  readonly state: 'refused';
  readonly error: AdmissionError;
  /** controller: its pods. reconcile: what the controller of a custom resource wants to make for it. command: the object itself. */
  readonly by: 'controller' | 'reconcile' | 'command';
  /** `the pods of Deployment x`, `the predictor of InferenceService y`, or the object itself where a command was refused. */
  readonly what: string;
  /** Whether each of several pods is refused, and not one object. */
  readonly ofPods: boolean;
  readonly effects: readonly Effect[];
  /** Topmost owner: where a mistake in the pod template is to be mended. */
  readonly root: ResourceRef;
  /** The topmost object with a pod template that was seen. */
  readonly template?: PodTemplate;
  /** Both 0 where pods are not counted. */
  readonly created: number;
  readonly desired: number;
  readonly at?: Timestamp;
  readonly cite: Citation;
  /** The refusal, then the counts that show that it still holds. */
  readonly cites: Citations;
}

export type AdmissionRefusal =
  | Refused
  | { readonly state: 'none'; readonly because: string }
  | { readonly state: 'unknown'; readonly gap: EvidenceGap };

export const admissionRefusal = defineView<AdmissionRefusal>({
  id: 'admission-refusal',
  needs: [{ type: 'object', kind: '*' }, { type: 'event' }, { type: 'output' }],
  uses: [podCreation, ownerTree, workloadState, kubeObject, reconcileError],
  derive(context, subject) {
    const refused = CONTROLLERS.includes(subject.kind)
      ? ofController(context, subject)
      : subject.kind === 'Deployment'
        ? ofDeployment(context, subject)
        : ofReconciled(context, subject);
    if (refused?.state === 'refused') return refused;
    return (
      ofCommand(context, subject) ?? refused ?? { state: 'none', because: 'no refusal by the API server is recorded' }
    );
  },
});

function ofController(context: ViewContext, subject: ResourceRef): AdmissionRefusal | undefined {
  const creation = context.use(podCreation, subject);
  if (creation.state !== 'present') return undefined;
  const { refusal, created, desired, cite } = creation.value;
  if (created >= desired) return undefined;
  if (refusal === undefined) {
    // ReplicaSets and ReplicationControllers keep the refusal in a condition; the others have nothing but events.
    const gap = subject.kind === 'ReplicaSet' || created > 0 ? undefined : context.eventsGap(subject.namespace);
    return gap === undefined ? undefined : { state: 'unknown', gap };
  }
  return refusedBy(context, subject, {
    message: refusal.message,
    at: refusal.at,
    cite: refusal.cite,
    counts: cite,
    created,
    desired,
  });
}

/** A Deployment may itself be refused its ReplicaSet: quota on `count/replicasets.apps`, a webhook, a namespace that ends. */
function ofDeployment(context: ViewContext, subject: ResourceRef): AdmissionRefusal | undefined {
  const state = context.use(workloadState, subject);
  if (state.state !== 'present') return undefined;
  const { conditions, cite, desired, updated } = state.value;
  const condition = conditions.find(
    (candidate) => candidate.reason === 'ReplicaSetCreateError' && candidate.status === 'False',
  );
  if (condition === undefined) return undefined;
  return refusedBy(context, subject, {
    message: condition.message,
    at: condition.since,
    cite: condition.cite,
    counts: cite,
    created: updated,
    desired,
  });
}

/** What the controller of a custom resource wants to make for it may be refused as well, and the resource then says so. */
function ofReconciled(context: ViewContext, subject: ResourceRef): AdmissionRefusal | undefined {
  const met = context.use(reconcileError, subject);
  if (met.state === 'unknown') return met;
  if (met.state === 'none') return undefined;
  const error = parseAdmissionError(met.text);
  // Errors of the controller itself are no refusals.
  if (error.class === 'other') return undefined;
  const { root, descendants } = context.use(ownerTree, subject);
  // Knative asks for a pod on trial, and a Revision passes on what its ReplicaSet was refused.
  const ofPods = /dry run failed with|\bpods "/.test(met.text);
  // A ReplicaSet that may not make its pods tells it better, with counts.
  if (ofPods && descendants.some(({ ref }) => ref.kind === 'ReplicaSet')) return undefined;
  return {
    state: 'refused',
    error,
    by: 'reconcile',
    what: ofPods ? `the pods of ${nameWithKind(root)}` : met.what,
    ofPods,
    effects: ['object-not-reconciled'],
    root,
    created: 0,
    desired: 0,
    at: met.at,
    cite: met.cite,
    cites: [met.cite],
  };
}

interface Words {
  readonly message: string;
  readonly at: Timestamp;
  readonly cite: Citation;
  readonly counts: Citation;
  readonly created: number;
  readonly desired: number;
}

function refusedBy(context: ViewContext, subject: ResourceRef, words: Words): Refused {
  const tree = context.use(ownerTree, subject);
  const template = templateOf(context, [subject, ...tree.owners]);
  return {
    state: 'refused',
    error: parseAdmissionError(words.message),
    by: 'controller',
    what: `the pods of ${nameWithKind(tree.root)}`,
    ofPods: true,
    effects: ['pod-not-created'],
    root: tree.root,
    ...(template === undefined ? {} : { template }),
    created: words.created,
    desired: words.desired,
    at: words.at,
    cite: words.cite,
    cites: [words.cite, words.counts],
  };
}

/** The template of the topmost object that has one. */
function templateOf(context: ViewContext, chain: readonly ResourceRef[]): PodTemplate | undefined {
  for (const ref of chain.toReversed()) {
    const steps =
      ref.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec'];
    if (![...CONTROLLERS, 'Deployment', 'CronJob'].includes(ref.kind)) continue;
    const found = context.use(kubeObject, ref);
    if (found.state !== 'present') continue;
    const spec = objectAt(found.value.body, ...steps);
    if (spec !== undefined) return { object: found.value, spec, pointer: `/${steps.join('/')}` };
  }
  return undefined;
}

function ofCommand(context: ViewContext, subject: ResourceRef): AdmissionRefusal | undefined {
  const found = context.object(subject);
  const statement = refusedCommand(context.outputs(), subject, {
    exists: found.state === 'present',
    // An owner that was left out of the capture carries a uid; what somebody asked for by name does not.
    named: subject.uid === undefined,
  });
  if (statement === undefined) return undefined;
  const template = found.state === 'present' ? templateOf(context, [subject]) : undefined;
  return {
    state: 'refused',
    error: parseAdmissionError(statement.text),
    by: 'command',
    what: nameWithKind(subject),
    ofPods: false,
    effects: ['object-refused'],
    root: subject,
    ...(template === undefined ? {} : { template }),
    created: 0,
    desired: 0,
    cite: statement.cite,
    cites: found.state === 'absent' ? [statement.cite, found.cite] : [statement.cite],
  };
}

/** Containers of a template by the field that holds them. */
export function templateContainers(template: PodTemplate): readonly {
  readonly field: 'containers' | 'initContainers';
  readonly name: string;
  readonly spec: JsonObject;
  readonly pointer: string;
}[] {
  return (['initContainers', 'containers'] as const).flatMap((field) =>
    listAt(template.spec, field).flatMap((spec, index) =>
      isObject(spec)
        ? [{ field, name: textAt(spec, 'name') ?? '', spec, pointer: `${template.pointer}/${field}/${index}` }]
        : [],
    ),
  );
}

export function whatIsRefused(refused: Refused): string {
  return refused.what;
}

export function whatFollows(refused: Refused): string {
  if (refused.by === 'reconcile')
    return `The controller tries again and is refused each time: ${refused.what} ${refused.ofPods ? 'are not made, or stay as they were' : 'is not made, or stays as it was'}.`;
  if (refused.by === 'command')
    return `The API server did not take the change: ${nameWithKind(refused.root)} is as it was, or does not exist.`;
  return `${refused.created} of ${refused.desired} pods exist; the controller tries again and is refused each time.`;
}

/** From the refusal, in its own `words`, to the pods that are not there. */
export function refusalTrace(
  refused: Refused,
  words = '',
): readonly { readonly text: string; readonly cite: readonly Citation[] }[] {
  const [, counts] = refused.cites;
  const said = words.trim() === '' ? '' : `: ${quoted(words)}`;
  const refusal = { text: `the API server refuses ${whatIsRefused(refused)}${said}`, cite: [refused.cite] };
  if (refused.by !== 'controller' || counts === undefined) return [refusal];
  return [refusal, { text: `${refused.created} of ${refused.desired} pods exist`, cite: [counts] }];
}
