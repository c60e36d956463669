/**
 * Gathers the evidence of one or several captures: one object per (group, kind, namespace, name), one piece per id. The order of arrival is
 * kept.
 */
import type { Evidence, EvidenceGap, ListEvidence, ObjectEvidence } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { kindNamed } from '../../model/kinds.ts';
import { groupOf, refKey } from '../../model/reference.ts';

export class EvidenceStore {
  readonly #pieces = new Map<string, Evidence>();
  readonly #gaps = new Map<string, EvidenceGap>();

  /** Of two readings of one object the one with the newer resourceVersion stays, or the later one where that cannot be told. */
  add(piece: Evidence): void {
    const key = piece.type === 'object' ? refKey(piece.subject) : `${piece.type} ${piece.id}`;
    const known = this.#pieces.get(key);
    if (known?.type === 'object' && piece.type === 'object') {
      if (isNewer(piece, known)) this.#pieces.set(key, piece);
    } else if (known?.type === 'list' && piece.type === 'list') this.#pieces.set(key, uniteLists(known, piece));
    else this.#pieces.set(key, piece);
  }

  addGap(gap: EvidenceGap): void {
    this.#gaps.set(gap.id, gap);
  }

  evidence(): readonly Evidence[] {
    return [...this.#pieces.values()];
  }

  gaps(): readonly EvidenceGap[] {
    return [...this.#gaps.values()];
  }
}

function isNewer(candidate: ObjectEvidence, known: ObjectEvidence): boolean {
  const a = textAt(candidate.body, 'metadata', 'resourceVersion') ?? '';
  const b = textAt(known.body, 'metadata', 'resourceVersion') ?? '';
  const numeric = /^\d{1,20}$/;
  if (numeric.test(a) && numeric.test(b) && a !== b) return BigInt(a) > BigInt(b);
  return versionRank(candidate) <= versionRank(known);
}

/** The same object served in two versions of its group: the preferred one says more. */
function versionRank(piece: ObjectEvidence): number {
  const { apiVersion, kind } = piece.subject;
  const versions = kindNamed(kind, groupOf(apiVersion))?.versions ?? [];
  const rank = versions.indexOf(apiVersion.slice(apiVersion.indexOf('/') + 1));
  return rank < 0 ? versions.length : rank;
}

/** Together two lists cover the namespaces of both; lists by different selectors prove only what each proves alone. */
function uniteLists(a: ListEvidence, b: ListEvidence): ListEvidence {
  if (a.labelSelector !== b.labelSelector) return a.labelSelector === undefined ? a : b;
  if (a.namespaces === 'all' || b.namespaces === 'all') return { ...b, namespaces: 'all' };
  return { ...b, namespaces: [...new Set([...a.namespaces, ...b.namespaces])].sort() };
}
