/**
 * What the API server refused, and why: a pod that a controller wants, or the object itself when somebody applied it. Finds the refusal that
 * still holds and has its words taken apart by `parse/admission-message.ts`; it does not look up what the words name (`refusal-references.ts`).
 */
import type { Citation, Citations, EvidenceGap, Timestamp } from '../model/evidence.ts';
import type { Effect } from '../model/finding.ts';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../model/json.ts';
import { KINDS } from '../model/kinds.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { parseAdmissionError, type AdmissionError } from './parse/admission-message.ts';
import { quoted } from './parse/quoted.ts';
import { refusedCommand } from './refused-command.ts';
import { podCreation } from './pod-creation.ts';
import { workloadState } from './workload-state.ts';

/** The kinds whose pods may be refused. */
const CONTROLLERS = ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'];

/** Everything that somebody may apply and see refused. `Service.group` tells Knative's from the core's. */
export const REFUSABLE: readonly string[] = [
  ...KINDS.filter((info) => info.kind !== 'Event' && info.kind !== 'Pod').map((info) =>
    info.kind === 'Service' && info.group !== '' ? `${info.kind}.${info.group}` : info.kind,
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
  readonly by: 'controller' | 'command';
  readonly effects: readonly Effect[];
  /** Topmost owner: where a mistake in the pod template is to be mended. */
  readonly root: ResourceRef;
  /** The topmost object with a pod template that was seen. */
  readonly template?: PodTemplate;
  /** Both 0 where a command was refused. */
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
  uses: [podCreation, ownerTree, workloadState, kubeObject],
  derive(context, subject) {
    const refused = CONTROLLERS.includes(subject.kind)
      ? ofController(context, subject)
      : subject.kind === 'Deployment'
        ? ofDeployment(context, subject)
        : undefined;
    return (
      refused ?? ofCommand(context, subject) ?? { state: 'none', because: 'no refusal by the API server is recorded' }
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

/** `the pods of Deployment x`, or the object itself where a command was refused. */
export function whatIsRefused(refused: Refused): string {
  const object = `${refused.root.kind} ${refused.root.name}`;
  return refused.by === 'controller' ? `the pods of ${object}` : object;
}

export function whatFollows(refused: Refused): string {
  if (refused.by === 'command')
    return `The API server did not take the change: ${refused.root.kind} ${refused.root.name} is as it was, or does not exist.`;
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
  if (refused.by === 'command' || counts === undefined) return [refusal];
  return [refusal, { text: `${refused.created} of ${refused.desired} pods exist`, cite: [counts] }];
}
