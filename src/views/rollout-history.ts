/**
 * The revisions of a workload and what the newest one changed, from the ReplicaSets of a Deployment and the ControllerRevisions of a
 * StatefulSet or DaemonSet. `rolloutTrigger` says whether that change can be what broke it. Neither looks for a cause.
 */
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { listAt, numberAt, objectAt, textAt, type JsonObject } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { ownerTree } from './owner-tree.ts';
import { changeText, diffLines, isRestart, templateChanges, type TemplateChange } from './parse/template-diff.ts';
import { secondsBetween } from './parse/time.ts';
import { podCreation } from './pod-creation.ts';
import { podState } from './pod-state.ts';

export interface Revision {
  readonly revision: number;
  readonly createdAt: Timestamp;
  readonly object: KubeObject;
  readonly template: JsonObject;
}

export interface RolloutHistory {
  readonly workload: KubeObject;
  /** Oldest first. */
  readonly revisions: readonly Revision[];
  readonly current?: Revision;
  readonly previous?: Revision;
  /** From the previous template to the current one. */
  readonly changes: readonly TemplateChange[];
  /** When the current revision was rolled out; unknown after a rollback whose event has expired. */
  readonly at?: Timestamp;
}

export interface RolloutTrigger {
  readonly at: Timestamp;
  /** `a rollout changed the image and environment variable PORT`. */
  readonly change: string;
  /** `- image: x:1`, `+ image: x:2`. */
  readonly diff: readonly string[];
  readonly cite: Citation;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];
/** kubernetes pkg/controller/deployment/util/deployment_util.go */
const REVISION = 'deployment.kubernetes.io/revision';
const MOST_LINES = 24;
/** Available=False within this span of the creation: it has never been available. */
const NEVER_SECONDS = 5;

export const rolloutHistory = defineView<Lookup<RolloutHistory>>({
  id: 'rollout-history',
  needs: [
    { type: 'event' },
    ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ControllerRevision'].map(
      (kind) => ({ type: 'object', kind }) as const,
    ),
  ],
  uses: [ownerTree],
  derive(context, subject) {
    const found = context.object(workloadBelow(context, subject));
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: historyOf(context, found.value) };
  },
});

/** The workload itself, or the only one below an owner such as an InferenceService. */
function workloadBelow(context: ViewContext, subject: ResourceRef): ResourceRef {
  if (WORKLOADS.includes(subject.kind)) return subject;
  const below = context.use(ownerTree, subject).descendants.filter((object) => WORKLOADS.includes(object.ref.kind));
  const [only] = below;
  return only !== undefined && below.length === 1 ? only.ref : subject;
}

function historyOf(context: ViewContext, workload: KubeObject): RolloutHistory {
  const revisions = context
    .ownedBy(workload.ref)
    .flatMap(revisionOf)
    .sort((a, b) => a.revision - b.revision);
  const current = revisions.find((candidate) => isCurrent(workload, candidate)) ?? revisions.at(-1);
  const previous =
    current === undefined ? undefined : revisions.findLast((candidate) => candidate.revision < current.revision);
  const at = current === undefined ? undefined : rolledOutAt(context, workload, current, previous);
  return {
    workload,
    revisions,
    ...(current === undefined ? {} : { current }),
    ...(previous === undefined ? {} : { previous }),
    changes:
      current === undefined || previous === undefined ? [] : templateChanges(previous.template, current.template),
    ...(at === undefined ? {} : { at }),
  };
}

function revisionOf(object: KubeObject): readonly Revision[] {
  const createdAt = textAt(object.body, 'metadata', 'creationTimestamp') ?? '';
  if (object.ref.kind === 'ReplicaSet') {
    const revision = Number(textAt(object.body, 'metadata', 'annotations', REVISION) ?? Number.NaN);
    const template = objectAt(object.body, 'spec', 'template');
    return Number.isInteger(revision) && template !== undefined ? [{ revision, createdAt, object, template }] : [];
  }
  if (object.ref.kind !== 'ControllerRevision') return [];
  const revision = numberAt(object.body, 'revision');
  // The data is a patch of the workload with `$patch: replace` in its template.
  const template = objectAt(object.body, 'data', 'spec', 'template');
  if (revision === undefined || template === undefined) return [];
  const { $patch: _patch, ...plain } = template;
  return [{ revision, createdAt, object, template: plain }];
}

function isCurrent(workload: KubeObject, candidate: Revision): boolean {
  if (workload.ref.kind === 'Deployment')
    return textAt(workload.body, 'metadata', 'annotations', REVISION) === String(candidate.revision);
  return textAt(workload.body, 'status', 'updateRevision') === candidate.object.ref.name;
}

/** A rollback takes an old ReplicaSet up again, so its creation is not when it was rolled out. */
function rolledOutAt(
  context: ViewContext,
  workload: KubeObject,
  current: Revision,
  previous: Revision | undefined,
): Timestamp | undefined {
  if (previous === undefined || current.createdAt >= previous.createdAt)
    return current.createdAt === '' ? undefined : current.createdAt;
  return context
    .events(workload.ref)
    .find(
      (event) =>
        event.reason === 'ScalingReplicaSet' &&
        event.first >= previous.createdAt &&
        event.message.includes(current.object.ref.name),
    )?.first;
}

export const rolloutTrigger = defineView<RolloutTrigger | undefined>({
  id: 'rollout-trigger',
  needs: [{ type: 'event' }],
  uses: [rolloutHistory, ownerTree, podState, podCreation],
  derive(context, subject) {
    const found = context.use(rolloutHistory, subject);
    if (found.state !== 'present') return undefined;
    const { workload, current, previous, changes, at } = found.value;
    if (current === undefined || previous === undefined || at === undefined || changes.length === 0) return undefined;
    if (!onlyNewestFails(context, workload, current) || wasNeverAvailable(workload)) return undefined;
    const text = changeText(changes);
    const lines = diffLines(changes, current.template);
    return {
      at,
      change: isRestart(changes) || text === undefined ? 'a restart was asked for' : `a rollout changed ${text}`,
      diff:
        lines.length > MOST_LINES
          ? [...lines.slice(0, MOST_LINES - 1), `… ${lines.length - MOST_LINES + 1} more lines`]
          : lines,
      cite: current.object.cite(
        `revision ${current.revision} of ${nameWithKind(workload.ref)}`,
        current.object.ref.kind === 'ReplicaSet' ? '/spec/template' : '/data/spec/template',
      ),
    };
  },
});

/** The change is what broke it only where its pods fail (or are refused) and those of the revisions before do not. */
function onlyNewestFails(context: ViewContext, workload: KubeObject, current: Revision): boolean {
  let newest = false;
  for (const pod of context.use(ownerTree, workload.ref).pods) {
    const state = context.use(podState, pod.ref);
    if (state.state !== 'present' || state.value.healthy) continue;
    if (!belongsTo(pod, current)) return false;
    newest = true;
  }
  if (newest) return true;
  const creation = context.use(
    podCreation,
    current.object.ref.kind === 'ReplicaSet' ? current.object.ref : workload.ref,
  );
  return (
    creation.state === 'present' &&
    creation.value.refusal !== undefined &&
    creation.value.created < creation.value.desired
  );
}

function belongsTo(pod: KubeObject, revision: Revision): boolean {
  const { ref } = revision.object;
  if (ref.kind === 'ReplicaSet')
    return listAt(pod.body, 'metadata', 'ownerReferences').some((owner) => textAt(owner, 'name') === ref.name);
  // StatefulSets label their pods with the revision's name, DaemonSets with its hash alone.
  const label = textAt(pod.body, 'metadata', 'labels', 'controller-revision-hash') ?? '';
  return label !== '' && (label === ref.name || ref.name.endsWith(`-${label}`));
}

function wasNeverAvailable(workload: KubeObject): boolean {
  const available = listAt(workload.body, 'status', 'conditions').find(
    (condition) => textAt(condition, 'type') === 'Available',
  );
  if (textAt(available, 'status') !== 'False') return false;
  const span = secondsBetween(
    textAt(workload.body, 'metadata', 'creationTimestamp'),
    textAt(available, 'lastTransitionTime'),
  );
  return span !== undefined && span <= NEVER_SECONDS;
}
