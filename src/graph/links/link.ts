/**
 * The shape of a link: which finding brings about which other finding, and by what mechanism. One file per mechanism; links know effects,
 * roles and relations between objects, never evidence.
 */
import type { Finding } from '../../model/finding.ts';
import type { ViewContext } from '../../model/reader.ts';

export interface FindingIndex {
  /** Findings whose subject is that object. */
  of(key: string): readonly Finding[];
  /** Findings that show on that object, or whose subject it is. */
  on(key: string): readonly Finding[];
  readonly all: readonly Finding[];
}

export interface Link {
  readonly id: string;
  /** Why the first brings about the second, as a clause. */
  readonly mechanism: string;
  /** Findings that `from` brings about. */
  effectsOf(from: Finding, index: FindingIndex, context: ViewContext): readonly Finding[];
}
