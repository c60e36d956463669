/**
 * Remembers what a pure function made of short texts: the replicas of a template repeat theirs ten thousand times. Bounded, so that a hostile
 * cluster cannot fill the memory with it.
 */
const LONGEST = 256;
const MOST = 20_000;

export function remembered(compute: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    if (text.length > LONGEST) return compute(text);
    const found = known.get(text);
    if (found !== undefined) return found;
    const made = compute(text);
    if (known.size >= MOST) known.clear();
    known.set(text, made);
    return made;
  };
}
