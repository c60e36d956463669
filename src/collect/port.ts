/**
 * The narrow, read-only way to a cluster: all that collection may ask of one. Types only.
 * Answers hold objects as the API gave them (with `apiVersion` and `kind` filled in); nothing here is redacted yet.
 */
import type { JsonObject } from '../model/json.ts';
import type { KindInfo } from '../model/kinds.ts';
import type { GapReason, Timestamp } from '../model/evidence.ts';

export interface ListQuery {
  readonly info: KindInfo;
  /** Absent: all namespaces (or a cluster-scoped kind). */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Whether the server may answer from its watch cache (`resourceVersion=0`), which is cheaper and seconds old at most. */
  readonly staleAllowed?: boolean;
}

export interface GetQuery {
  readonly info: KindInfo;
  readonly namespace?: string;
  readonly name: string;
}

export interface LogQuery {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** The log of the container before its last restart. */
  readonly previous: boolean;
  readonly tailLines: number;
  readonly limitBytes: number;
}

export interface Failure {
  readonly reason: GapReason;
  /** HTTP status, where the server answered at all. */
  readonly status?: number;
  readonly message: string;
}

/** `not-found` only where the server said so; whatever could not be read is `failed`. */
export type Answer<T> =
  | { readonly state: 'ok'; readonly value: T }
  | { readonly state: 'not-found'; readonly message: string }
  | ({ readonly state: 'failed' } & Failure);

export interface ListedObjects {
  readonly items: readonly JsonObject[];
  /** False where a later page could not be read: then the items prove nothing about what is missing. */
  readonly complete: boolean;
  /** Why it is incomplete; present exactly when `complete` is false. */
  readonly stopped?: Failure;
}

export interface LogText {
  /** The newest lines that fit. */
  readonly text: string;
  /** Whether older lines exist that were left out. */
  readonly truncated: boolean;
}

/**
 * The first request that a port sends is its first contact. When that shows that there is nothing to talk to (no route, an untrusted
 * certificate, refused credentials, no Kubernetes API) the call rejects with an `InferscopeProblem`; every later failure is an `Answer`.
 * A port remembers which API versions the server serves: it is meant for one collection, not for days.
 */
export interface ClusterPort {
  /** `context prod-eu (https://10.0.0.1:6443)`. */
  readonly describe: string;
  readonly defaultNamespace: string;
  /** The server's time as of its last answer, from its Date header; asks the server where it has not answered yet. */
  now(): Promise<Timestamp>;
  list(query: ListQuery): Promise<Answer<ListedObjects>>;
  get(query: GetQuery): Promise<Answer<JsonObject>>;
  log(query: LogQuery): Promise<Answer<LogText>>;
  /** How many HTTP requests were sent so far, repeats included. */
  readonly requests: number;
  /** Ends idle connections. Calls after it fail. */
  close(): void;
}
