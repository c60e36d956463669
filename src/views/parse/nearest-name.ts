/**
 * Finds the names a person may have meant: near misspellings among the names that exist.
 * Responsible for likeness only; whether a name is missing is for its caller to know.
 */

/** The longest name a Kubernetes object or key may have (apimachinery `util/validation`). */
const LONGEST_NAME = 253;

type Scored = { readonly name: string; readonly distance: number };

/**
 * At most `most` candidates that plausibly were meant, nearest first (ties in alphabetical order). Letter case and the
 * separators `-`, `_` and `.` do not count, so `model_path` and `model-path` are at distance 0.
 */
export function nearestNames(wanted: string, candidates: readonly string[], most = 3): string[] {
  const target = fold(wanted);
  if (target === '') return [];
  const scored: Scored[] = [];
  for (const name of new Set(candidates)) {
    const folded = fold(name);
    if (folded === '') continue;
    // A quarter of the letters may differ; or one name is a good part of the other ("redis-url" in "feast-redis-url").
    const allowed = Math.max(1, Math.floor(Math.max(target.length, folded.length) / 4));
    const contained = isLargePart(folded, target) || isLargePart(target, folded);
    if (!contained && Math.abs(folded.length - target.length) > allowed) continue;
    const distance = damerauLevenshtein(target, folded);
    if (distance > allowed && !contained) continue;
    if (distance >= Math.max(target.length, folded.length)) continue;
    scored.push({ name, distance });
  }
  scored.sort((one, other) => one.distance - other.distance || (one.name < other.name ? -1 : 1));
  return scored.slice(0, most).map((entry) => entry.name);
}

function fold(name: string): string {
  return name.slice(0, LONGEST_NAME).toLowerCase().replaceAll(/[-_.]/g, '');
}

function isLargePart(part: string, whole: string): boolean {
  return part.length >= 4 && part.length * 2 >= whole.length && whole.includes(part);
}

/** Edits of one letter (insert, delete, replace) and swaps of two neighbours, each counted as one. */
function damerauLevenshtein(one: string, other: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1];
      let best = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      if (swapped) best = Math.min(best, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[other.length] ?? 0;
}
