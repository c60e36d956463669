/**
 * The error for everything that a user can do something about: what was tried, what was found, what to do.
 * It carries words only; the command line decides how they are shown. A defect of Inferscope itself is never one of these.
 */
export type ProblemCode = `IS0${string}`;

export interface ProblemParts {
  readonly code: ProblemCode;
  /** What Inferscope tried, as a statement: `Read the capture prod.tgz`. */
  readonly tried: string;
  /** What it met instead; quotes what it read, bounded. */
  readonly found: string;
  /** What the user can do, one imperative each; never empty. */
  readonly todo: readonly [string, ...string[]];
  readonly cause?: unknown;
}

export class InferscopeProblem extends Error {
  override readonly name = 'InferscopeProblem';
  readonly code: ProblemCode;
  readonly tried: string;
  readonly found: string;
  readonly todo: readonly string[];

  constructor(parts: ProblemParts) {
    super(`${parts.tried}: ${parts.found}`, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.tried = parts.tried;
    this.found = parts.found;
    this.todo = parts.todo;
  }
}
