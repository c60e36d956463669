/**
 * What one capture format reads from its files; `read-capture.ts` makes a Snapshot of one or several.
 */
import type { Evidence, EvidenceGap, SnapshotScope, Timestamp } from '../../model/evidence.ts';

export interface Part {
  /** Absent where the files speak of no time. */
  readonly takenAt?: Timestamp;
  readonly scope: SnapshotScope;
  readonly evidence: readonly Evidence[];
  readonly gaps: readonly EvidenceGap[];
}
