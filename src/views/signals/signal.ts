/**
 * The shape of one known line of a log or message: what recognises it, what it means and what mends it. Data only: how a
 * text is searched is match.ts's part, what follows from a match is a rule's.
 */
export interface Signal {
  /** Kebab-case and stable: rules and reports name it. */
  readonly id: string;
  /** The program or library whose words these are: 'python', 'evidently', 'vllm', 'glibc' … */
  readonly component: string;
  /** The range of the component's versions that print this text, where known. */
  readonly versions?: string;
  /** Lower case; every line that the regex matches holds at least one of them once it is lower-cased. */
  readonly literals: readonly string[];
  /** Tried on one line at a time; named groups hold the useful parts. Never global. */
  readonly regex: RegExp;
  /** A line as the component prints it, which the regex matches. */
  readonly sample: string;
  /** The cause, one clause. */
  readonly meaning: string;
  /** One imperative sentence. */
  readonly fix: string;
  /**
   * fatal: ends the process or refuses to start; failing: requests fail, or the work is not done while the process lives;
   * warning: a hint that explains nothing alone; info: a fact about a healthy process.
   */
  readonly severity: 'fatal' | 'failing' | 'warning' | 'info';
}
