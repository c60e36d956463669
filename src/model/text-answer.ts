/** What `explain` makes of a pasted text: which lines decide, what they mean, and where to look next. Plain data; types only. */

export interface DecisiveLine {
  /** azure-error: a name of Azure ML. health-check: a failed line of the extension's report. http: the head of an answer. signal, exception: a log. words: a message that a code is known by. */
  readonly kind: 'azure-error' | 'health-check' | 'http' | 'signal' | 'exception' | 'words';
  /** `ACRSecretError`, `E40001`, `Http424`, `python-module-missing`, `ValueError`, `IS3110`. */
  readonly name: string;
  /** Of the text, from 1. */
  readonly line: number;
  /** That line, bounded. */
  readonly quote: string;
  /** What `inferscope explain` takes to print the whole page; left out where there is none. */
  readonly page?: string;
  readonly meaning: string;
  /** The documented reasons that the text itself singles out. */
  readonly reasons: readonly string[];
  readonly fix: string;
  /** Codes of rules that prove it, or its reasons, in the cluster. */
  readonly codes: readonly string[];
}

export interface NextLook {
  readonly text: string;
  readonly argv?: readonly string[];
}

export interface TextAnswer {
  /** Most telling first; empty where nothing in the text decides. */
  readonly decisive: readonly DecisiveLine[];
  /** The codes of Azure's error from the outer wrapper to the innermost. */
  readonly chain: readonly string[];
  readonly nextLook: readonly NextLook[];
}
