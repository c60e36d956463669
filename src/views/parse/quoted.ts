/**
 * Shortens a foreign error for a message line: one line, bounded, without the credentials that mount arguments may carry. The full text stays in
 * the cited evidence.
 */
const LONGEST = 240;
/** In the line that is read first; the words in full stand in the trace or the consequence. */
export const BRIEF = 80;

export function quoted(text: string, longest = LONGEST): string {
  const bounded = text
    .slice(0, 4 * LONGEST)
    .replaceAll(/\b(password|passwd|username|accountkey|sig)=[^\s,&"']+/gi, '$1=…');
  const line = bounded.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
}
