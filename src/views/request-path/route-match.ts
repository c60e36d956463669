/** What a gateway does with a host and a path: the rule that it follows, or that it has none. Types only. */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import type { KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import type { HopAnswer, HopFact } from './path-types.ts';

export interface RouteBackend {
  readonly service: ResourceRef;
  readonly port: number | string;
  readonly percent: number;
  /** The port is that of the pods: their own addresses are called. */
  readonly headless?: boolean;
  /** Where the header names it: Knative tells the activator the revision by it. */
  readonly revision?: string;
}

export interface RouteMatch {
  /** The object whose rule it is. */
  readonly by: KubeObject;
  readonly says: string;
  readonly facts: readonly HopFact[];
  readonly citations: readonly Citation[];
  readonly backends: readonly RouteBackend[];
  /** The host that the next hop sees, where it is changed. */
  readonly rewriteHost?: string;
  /** The path that the next hop sees, where it is changed. */
  readonly rewritePath?: string;
  /** The gateway gives up after so many seconds. */
  readonly timeoutSeconds?: number;
  /** It answers itself: a redirect, a fixed response, a rule without a backend. */
  readonly answer?: HopAnswer;
  /** What makes it doubtful that the gateway has the rule. */
  readonly doubt?: {
    /** Nobody ever took the rule: then the gateway does not have it. */
    readonly certain: boolean;
    readonly says: string;
    readonly gaps: readonly EvidenceGap[];
    readonly citations: readonly Citation[];
    /** What the gateway answers in its place; without it, as for a host without a route. */
    readonly answer?: HopAnswer;
  };
}

export type Matched =
  | { readonly state: 'match'; readonly match: RouteMatch }
  | {
      readonly state: 'none';
      /** Hosts that the objects at hand do have a rule for. */
      readonly known: readonly string[];
      readonly says?: string;
      readonly todo?: string;
      readonly citations: readonly Citation[];
    }
  | { readonly state: 'unknown'; readonly gap: EvidenceGap };
