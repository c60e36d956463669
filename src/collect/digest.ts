/**
 * The digest of a Snapshot: the same evidence gives the same digest, whichever way it came. Identity and version stand for an object's body, so
 * that a large cluster costs no second serialisation.
 */
import { createHash } from 'node:crypto';
import type { Evidence, Snapshot } from '../model/evidence.ts';
import { textAt } from '../model/json.ts';

/** `sha256:` and 64 hexadecimal digits. */
export function snapshotDigest(snapshot: Pick<Snapshot, 'takenAt' | 'evidence' | 'gaps'>): string {
  const lines = snapshot.evidence.map(evidenceLine);
  for (const gap of snapshot.gaps) lines.push(`gap\t${gap.id}\t${gap.reason}`);
  const hash = createHash('sha256').update([snapshot.takenAt, ...lines.sort()].join('\n'));
  return `sha256:${hash.digest('hex')}`;
}

function evidenceLine(piece: Evidence): string {
  switch (piece.type) {
    case 'object': {
      const version = textAt(piece.body, 'metadata', 'resourceVersion');
      // What has no version (a manifest, discovery) is small: its body stands for itself.
      return `${piece.id}\t${textAt(piece.body, 'metadata', 'uid') ?? ''}\t${version ?? JSON.stringify(piece.body)}`;
    }
    case 'log':
    case 'output':
      return `${piece.id}\t${piece.text}`;
    case 'log-refusal':
      return `${piece.id}\t${piece.status}\t${piece.message}`;
    case 'registry':
      return `${piece.id}\t${piece.status}\t${JSON.stringify(piece.body)}`;
    case 'exchange':
      return `${piece.id}\t${JSON.stringify([piece.request, piece.response, piece.error])}`;
    case 'absence':
    case 'list':
      return piece.id;
  }
}
