/** Names in a sentence: as many as a person reads, and how many there are beside them. Pure. */

const MOST_NAMED = 5;

/** `a, b`, `a, b, c, d, e and 4 more`. */
export function listed(names: readonly string[], most = MOST_NAMED): string {
  const told = names.slice(0, most).join(', ');
  return names.length > most ? `${told} and ${names.length - most} more` : told;
}
