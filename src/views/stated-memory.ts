/** How much memory a program says that it needs: the largest amount in its log that is above the limit. */
import type { Citation } from '../model/evidence.ts';
import type { RunLog } from './run-log.ts';

const UNITS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

export interface StatedMemory {
  readonly bytes: number;
  readonly cite: Citation;
}

/** Amounts at least as large as the limit and below 100 times of it, in the last 200 lines. */
export function statedMemory(log: RunLog, limit: number): StatedMemory | undefined {
  let best: StatedMemory | undefined;
  const from = Math.max(0, log.lines.length - 200);
  for (const [offset, line] of log.lines.slice(from).entries()) {
    for (const match of line.slice(0, 1000).matchAll(/(\d{1,9}(?:\.\d{1,4})?) ?([KMGT])(i?)B?\b/gi)) {
      const power = UNITS[(match[2] ?? '').toLowerCase()] ?? 0;
      const bytes = Number(match[1]) * (match[3] === '' ? 1000 : 1024) ** power;
      if (bytes < limit || bytes > limit * 100 || (best && best.bytes >= bytes)) continue;
      best = { bytes, cite: log.cite('the memory that the program speaks of', from + offset + 1) };
    }
  }
  return best;
}
