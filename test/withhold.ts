/** Takes one piece of evidence out of a Snapshot, as a cluster does that forbids it. Shared by the gap fuzz of diagnosis and of preflight. */
import { apiPath } from '../src/model/api-path.ts';
import type { Evidence, EvidenceGap, Snapshot } from '../src/model/evidence.ts';
import { groupOf } from '../src/model/reference.ts';

/** The snapshot as it were if reading this piece had been forbidden; with it goes the completeness of every list that covers it. */
export function withhold(
  snapshot: Snapshot,
  piece: Evidence,
): { readonly snapshot: Snapshot; readonly withheld: ReadonlySet<string> } {
  const withheld = new Set<string>([piece.id]);
  const gaps: EvidenceGap[] = [...snapshot.gaps];
  const forbid = (path: string, wanted: string): void => {
    gaps.push({ id: `gap:${path}`, wanted, reason: 'forbidden', detail: 'withheld by the gap fuzz' });
  };
  if (piece.type === 'log' || piece.type === 'log-refusal') {
    forbid(
      `${apiPath(piece.subject)}/log/${piece.container}${piece.previous ? '.previous' : ''}`,
      `the log of ${piece.subject.name}`,
    );
  } else if (piece.type === 'list') {
    forbid(piece.id.replace(/^ev:(?:list:)?/, ''), `the list of ${piece.kind}`);
    // A list that was not read shows none of its objects either.
    for (const other of snapshot.evidence) {
      if (
        other.type === 'object' &&
        other.subject.kind === piece.kind &&
        groupOf(other.subject.apiVersion) === piece.group
      )
        withheld.add(other.id);
    }
  } else if (piece.type === 'object' || piece.type === 'absence') {
    forbid(apiPath(piece.subject), `${piece.subject.kind} ${piece.subject.name}`);
    for (const other of snapshot.evidence) {
      if (
        other.type !== 'list' ||
        other.kind !== piece.subject.kind ||
        other.group !== groupOf(piece.subject.apiVersion)
      )
        continue;
      withheld.add(other.id);
      forbid(
        apiPath({ apiVersion: piece.subject.apiVersion, kind: other.kind, name: 'x' }).slice(0, -2),
        `the list of ${other.kind}`,
      );
    }
  }
  return {
    snapshot: { ...snapshot, evidence: snapshot.evidence.filter((other) => !withheld.has(other.id)), gaps },
    withheld,
  };
}
