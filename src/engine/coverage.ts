/**
 * Whether enough of a scope was read to call it healthy: "nothing wrong was seen" is "nothing is wrong" only where the lists were read.
 */
import type { EvidenceGap, GapReason, Snapshot } from '../model/evidence.ts';
import { objectAt } from '../model/json.ts';
import { kindNamed } from '../model/kinds.ts';
import type { SnapshotReader } from '../model/reader.ts';

/** Without one of these lists a broken model may be out of sight; without a Service or an autoscaler its pods still show. */
const DECISIVE = [
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
] as const;

const NOT_TRIED: ReadonlySet<GapReason> = new Set(['not-requested', 'out-of-scope']);

export interface Coverage {
  /** Lists of workloads or pods that were asked for in vain. */
  readonly unread: readonly EvidenceGap[];
  /** Set where nobody claims to have listed everything (single files of `kubectl get`): then a result holds for what was given. */
  readonly givenOnly?: EvidenceGap;
  /** Set where, besides, nothing that was given says anything of its state: manifests, or kinds that no rule looks at. */
  readonly nothingExamined?: EvidenceGap;
  /** Set where a command's output tells of a refusal: what was refused exists nowhere in the scope and is explained when asked for by name. */
  readonly refused?: EvidenceGap;
}

export function coverageOf(
  reader: SnapshotReader,
  scope: Snapshot['scope'],
  namespaces: readonly string[] | 'all',
  /** Kinds that some symptom rule looks at. */
  kinds: readonly string[],
): Coverage {
  const wanted = namespaces === 'all' ? scope.namespaces : namespaces;
  const places = wanted === 'all' ? [{}] : wanted.map((namespace) => ({ namespace }));
  const holes = DECISIVE.flatMap((kind) => {
    const group = kindNamed(kind)?.group ?? '';
    return places.flatMap((place) => {
      const { complete } = reader.list(kind, { ...place, group });
      return complete.state === 'unknown' ? [{ kind, gap: complete.gap }] : [];
    });
  });
  const refused = refusalIn(reader);
  const unread = holes.filter(({ gap }) => !NOT_TRIED.has(gap.reason)).map(({ gap }) => gap);
  const unlisted = holes.some(({ kind, gap }) => kind === 'Pod' && NOT_TRIED.has(gap.reason));
  const told: Coverage = { unread, ...(refused === undefined ? {} : { refused }) };
  if (!unlisted) return told;
  const stateless = !kinds.some((kind) => saysItsState(reader, kind));
  return { ...told, givenOnly: GIVEN_ONLY, ...(stateless ? { nothingExamined: NOTHING_EXAMINED } : {}) };
}

/** kubectl begins its errors with one of these (kubernetes/kubectl pkg/cmd/util/helpers.go). */
const REFUSAL = /^(?:Error from server|error:).{1,300}/m;

function refusalIn(reader: SnapshotReader): EvidenceGap | undefined {
  for (const { text } of reader.outputs()) {
    const line = REFUSAL.exec(text)?.[0];
    if (line === undefined) continue;
    return {
      id: 'gap:refused',
      wanted: 'the object that was refused',
      reason: 'unsupported',
      detail: line,
      unlock: 'ask for it by name: inferscope KIND/NAME -n NAMESPACE',
    };
  }
  return undefined;
}

/** A manifest has no status: nothing follows from what it does not say. */
function saysItsState(reader: SnapshotReader, kind: string): boolean {
  const [name = kind, ...group] = kind.split('.');
  return reader
    .list(name, group.length === 0 ? {} : { group: group.join('.') })
    .items.some((object) => Object.keys(objectAt(object.body, 'status') ?? {}).length > 0);
}

/** Renderers know it by its id. */
const GIVEN_ONLY: EvidenceGap = {
  id: 'gap:given-only',
  wanted: 'what else runs',
  reason: 'not-requested',
  detail: 'only the given objects were looked at; a whole list of Pods is not among them',
};

const NOTHING_EXAMINED: EvidenceGap = {
  id: 'gap:nothing-examined',
  wanted: 'the state of what was given',
  reason: 'unsupported',
  detail:
    'none of the objects is of a kind that a rule looks at and carries a status; manifests say only what is wished for',
  unlock: 'kubectl get deploy,rs,sts,ds,job,po,svc,ev -o yaml',
};
