/**
 * The way of one request as data: its hops in order, what decides at each, and whether it would pass. Types, and what makes hops of findings;
 * no look-ups.
 */
import type { Citation, EvidenceGap } from '../../model/evidence.ts';
import type { ResourceRef } from '../../model/reference.ts';

/** What the person would send; everything that is absent is taken from the object asked about. */
export interface PathRequest {
  /** Without scheme; a port counts for Services that are called by their name. */
  readonly host?: string;
  /** With a leading slash. */
  readonly path?: string;
  readonly method?: string;
  /** The value of the Content-Type header; absent where none is sent. */
  readonly contentType?: string;
}

export type Caller = 'external' | 'cluster-local';

export type HopId =
  | 'client'
  | 'address'
  | 'gateway'
  /** What a policy of the mesh or of the network says, at the gateway or at the pod. */
  | 'policy'
  | 'route'
  | 'service'
  | 'activator'
  | 'queue-proxy'
  | 'agent'
  | 'container'
  | 'model'
  | 'step';

export type HopState = 'passes' | 'fails' | 'unknown' | 'not-reached';

/** What the caller gets where a hop does not pass. */
export interface HopAnswer {
  /** Absent where no HTTP answer comes: the name does not resolve, nobody takes the connection. */
  readonly status?: number;
  /** Envoy's response flag, `-` where an upstream answered; absent where the gateway writes none or nobody answers. */
  readonly flag?: string;
  /** `no route`, `activator request timeout`: the words by which it is known. */
  readonly words: string;
}

export interface HopFact {
  readonly name: string;
  readonly value: string;
}

export interface Hop {
  readonly id: HopId;
  /** At most three words: what stands in the line of hops. */
  readonly title: string;
  /** The object that decides here. */
  readonly object?: ResourceRef;
  readonly state: HopState;
  /** One sentence: what happens to the request here, and why. */
  readonly says: string;
  readonly facts: readonly HopFact[];
  readonly citations: readonly Citation[];
  /** Why the state is `unknown`, or what would say more. */
  readonly gaps: readonly EvidenceGap[];
  /** Present exactly where the hop fails. */
  readonly answer?: HopAnswer;
  /** Imperative; only where the hop fails or is not known, and what is to be done is plain from here. */
  readonly todo?: string;
  /** The command that does it. */
  readonly command?: readonly string[];
}

/** Where a gateway or a Service can be reached, as far as its object says: what sending a real request starts from. */
export interface EntryPoint {
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly scheme: 'http' | 'https';
  /** Addresses reachable from outside, with their port. */
  readonly addresses: readonly {
    readonly host: string;
    readonly port: number;
    readonly kind: 'load-balancer' | 'node-port';
  }[];
  /** A pod behind it that is Ready, for a port-forward. */
  readonly pod?: { readonly namespace: string; readonly name: string; readonly port: number };
}

export type PathOutcome =
  | { readonly state: 'passes'; readonly answer: HopAnswer }
  | { readonly state: 'fails'; readonly hop: number; readonly answer: HopAnswer }
  | { readonly state: 'unknown'; readonly hop: number };

export interface RequestPath {
  readonly caller: Caller;
  /** `Revision flowers-predictor-00002`, `Service tariff-predictor`; where it ends. */
  readonly target: string;
  /** Percent of the requests of this host that take it. */
  readonly percent: number;
  /** The traffic tag whose host this is. */
  readonly tag?: string;
  readonly host: string;
  /** Where it is not 80. */
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly contentType?: string;
  readonly hops: readonly Hop[];
  readonly outcome: PathOutcome;
  /** What a person is to know of callers and revisions that are not on it. */
  readonly notes: readonly string[];
  readonly entry?: EntryPoint;
}

type HopParts = Omit<Hop, 'state' | 'facts' | 'citations' | 'gaps' | 'answer' | keyof Todo> &
  Partial<Pick<Hop, 'facts' | 'citations' | 'gaps'>>;

/** What is to be done, to be spread into a hop that fails or is not known. */
export type Todo = Pick<Hop, 'todo' | 'command'>;

const whole = (parts: HopParts): HopParts & Pick<Hop, 'facts' | 'citations' | 'gaps'> => ({
  ...parts,
  facts: parts.facts ?? [],
  citations: parts.citations ?? [],
  gaps: parts.gaps ?? [],
});

export function passing(parts: HopParts): Hop {
  return { ...whole(parts), state: 'passes' };
}

export function failing(parts: HopParts & Todo & { readonly answer: HopAnswer }): Hop {
  return { ...whole(parts), state: 'fails', answer: parts.answer };
}

export function unknownHop(parts: HopParts & Todo): Hop {
  return { ...whole(parts), state: 'unknown' };
}

export function fact(name: string, value: string | number | undefined): readonly HopFact[] {
  return value === undefined || value === '' ? [] : [{ name, value: String(value).slice(0, 200) }];
}

/**
 * What the request meets: the first hop that fails, unless one before it is not known. Hops behind a failure are marked as not reached.
 */
export function concluded(hops: readonly Hop[], passes: HopAnswer): Pick<RequestPath, 'hops' | 'outcome'> {
  const failed = hops.findIndex((hop) => hop.state === 'fails');
  const unknown = hops.findIndex((hop) => hop.state === 'unknown');
  const told =
    failed < 0
      ? hops
      : hops.map((hop, index): Hop => {
          if (index <= failed) return hop;
          const { answer: _, todo: __, command: ___, ...rest } = hop;
          return { ...rest, state: 'not-reached' };
        });
  const answer = hops[failed]?.answer;
  if (failed >= 0 && answer !== undefined && (unknown < 0 || unknown > failed))
    return { hops: told, outcome: { state: 'fails', hop: failed, answer } };
  if (unknown >= 0) return { hops: told, outcome: { state: 'unknown', hop: unknown } };
  return { hops: told, outcome: { state: 'passes', answer: passes } };
}
