/**
 * What a printed stack trace says, the same for every language. Types only.
 */
export interface Frame {
  /** As printed: a path, or only the file's name where the language prints no more (Java). */
  readonly file: string;
  readonly line?: number;
  readonly function?: string;
  /** The source line, where it is printed. */
  readonly code?: string;
}

export interface Traceback {
  readonly language: 'python' | 'go' | 'java' | 'node' | 'rust';
  /** `ImportError`, `panic`, `java.lang.IllegalStateException`, `TypeError`. */
  readonly exception: string;
  /** May have several lines; at most 16 KB. */
  readonly message: string;
  /** Outermost first, whatever order the language prints. */
  readonly frames: readonly Frame[];
  /** The innermost frame of the user's own code: not a library's, not the language's. */
  readonly userFrame?: Frame;
  /** Lines of the text, counted from 1, both inclusive. */
  readonly fromLine: number;
  readonly toLine: number;
  /** Where exception and message stand. */
  readonly messageLine: number;
  /** It ended a task, a thread or a request: the process lives on. */
  readonly background: boolean;
  /** An earlier link of a chain: another exception followed from it, or it only wraps the cause that follows. */
  readonly handled: boolean;
}
