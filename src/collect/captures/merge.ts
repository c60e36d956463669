/**
 * Unites what several captures say into one: the newest time, both scopes, each object once.
 */
import type { EvidenceGap, ListEvidence, SnapshotScope } from '../../model/evidence.ts';
import { EvidenceStore } from './evidence-store.ts';
import type { Part } from './part.ts';

export function mergeParts(parts: readonly Part[]): Part {
  const [only, ...more] = parts;
  if (only && more.length === 0) return only;
  const store = new EvidenceStore();
  for (const part of parts) for (const piece of part.evidence) store.add(piece);
  for (const part of parts) {
    for (const gap of part.gaps) if (!isClosed(gap, part, parts)) store.addGap(gap);
  }
  const takenAt = newest(parts);
  return {
    ...(takenAt === undefined ? {} : { takenAt }),
    scope: unitedScope(parts.map((part) => part.scope)),
    evidence: store.evidence(),
    gaps: store.gaps(),
  };
}

function newest(parts: readonly Part[]): string | undefined {
  let found: string | undefined;
  for (const { takenAt } of parts) {
    if (takenAt !== undefined && (found === undefined || Date.parse(takenAt) > Date.parse(found))) found = takenAt;
  }
  return found;
}

/** Whether another capture holds what this one lacks; a list only where it covers all that this capture was about. */
function isClosed(gap: EvidenceGap, part: Part, parts: readonly Part[]): boolean {
  const id = `ev:${gap.id.slice('gap:'.length)}`;
  return parts.some((other) => {
    const found = other === part ? undefined : other.evidence.find((piece) => piece.id === id);
    return found !== undefined && (found.type !== 'list' || covers(found, part.scope));
  });
}

function covers(list: ListEvidence, scope: SnapshotScope): boolean {
  if (list.labelSelector !== undefined) return false;
  if (list.namespaces === 'all') return true;
  const covered = list.namespaces;
  return scope.namespaces !== 'all' && scope.namespaces.every((name) => covered.includes(name));
}

function unitedScope(scopes: readonly SnapshotScope[]): SnapshotScope {
  const namespaces = scopes.some((scope) => scope.namespaces === 'all')
    ? 'all'
    : [...new Set(scopes.flatMap((scope) => scope.namespaces))].sort();
  return { namespaces, clusterScoped: scopes.some((scope) => scope.clusterScoped) };
}
