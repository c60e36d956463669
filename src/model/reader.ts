/**
 * How views read a Snapshot: three-valued look-ups over evidence and gaps. Interface only; the implementation lies in snapshot/.
 */
import type {
  Citation,
  EvidenceGap,
  EvidenceRequest,
  Lookup,
  RegistryEvidence,
  ExchangeEvidence,
  OutputEvidence,
  Timestamp,
} from './evidence.ts';
import type { JsonObject } from './json.ts';
import type { ResourceRef } from './reference.ts';

/** An object of the cluster with its identity and the citation that shows it. */
export interface KubeObject {
  readonly ref: ResourceRef;
  readonly body: JsonObject;
  /** Cites a field by JSON pointer (`/spec/replicas`), or the whole object. */
  cite(label: string, pointer?: string): Citation;
}

export interface Listing {
  readonly items: readonly KubeObject[];
  /** Whether nothing else of that kind existed in that scope; only then does an empty result prove absence. */
  readonly complete: Lookup<true>;
}

/** An event of either API, normalised (kubernetes `client-go/tools/record/events_cache.go` for counts and aggregation). */
export interface EventRecord {
  readonly object: ResourceRef;
  readonly type: 'Normal' | 'Warning' | string;
  readonly reason: string;
  /** Without the `(combined from similar events): ` prefix. */
  readonly message: string;
  readonly count: number;
  readonly first: Timestamp;
  readonly last: Timestamp;
  /** Container named by `involvedObject.fieldPath`. */
  readonly container?: string;
  readonly source: string;
  cite(label?: string): Citation;
}

export interface LogText {
  readonly text: string;
  readonly lines: readonly string[];
  /** False when older lines were cut off. */
  readonly complete: boolean;
  /** 1-based, inclusive. */
  cite(label: string, from: number, to?: number): Citation;
  citeWhole(label: string): Citation;
}

export interface SnapshotReader {
  readonly now: Timestamp;
  object(ref: ResourceRef): Lookup<KubeObject>;
  /** Objects of a kind, of one namespace or of all that the snapshot holds. `group` tells `Service` of the core from Knative's. */
  list(kind: string, options?: { readonly namespace?: string; readonly group?: string }): Listing;
  /** Objects of the snapshot whose controller owner is `owner`, of whatever kind; a view declares the kinds that it counts on. */
  ownedBy(owner: ResourceRef): readonly KubeObject[];
  /** Events of an object, oldest first. Their absence proves nothing: they expire after an hour. */
  events(ref: ResourceRef): readonly EventRecord[];
  /** Why there might be no events to see; undefined where the list of events of that namespace was read. */
  eventsGap(namespace: string | undefined): EvidenceGap | undefined;
  log(pod: ResourceRef, container: string, previous: boolean): Lookup<LogText>;
  registry(host: string, repository: string): readonly RegistryEvidence[];
  outputs(): readonly OutputEvidence[];
  /** Requests that were really sent, oldest first. */
  exchanges(): readonly ExchangeEvidence[];
  /** Cites a piece of evidence as a whole. */
  citeEvidence(id: `ev:${string}`, label: string): Citation;
  /** A gap for something that nobody asked for; `request` lets a second round fetch it. */
  notRequested(wanted: string, detail: string, request?: EvidenceRequest): EvidenceGap;
}

/** Which evidence a view reads; the collector's plan and the RBAC derive from it, a contract test compares it with what was read. */
export interface EvidenceNeed {
  readonly type: 'object' | 'event' | 'log' | 'registry' | 'output' | 'exchange';
  /**
   * For objects: the kind (and group where two share a name, `Service.serving.knative.dev`). `*`: the kind of the subject. `**`: whatever is met on
   * the way along owners and references; it is read where it was collected, and never collected for this view's sake.
   */
  readonly kind?: string;
}

export interface ViewContext extends SnapshotReader {
  use<T>(view: View<T>, subject: ResourceRef): T;
}

/** A derived fact: pure, memoised per snapshot and subject. */
export interface View<T> {
  readonly id: string;
  /** Own needs; those of the views in `uses` are added. */
  readonly needs: readonly EvidenceNeed[];
  readonly uses?: readonly View<unknown>[];
  derive(context: ViewContext, subject: ResourceRef): T;
}

export function defineView<T>(view: View<T>): View<T> {
  return view;
}

/** Subject of views over the whole cluster (nodes, webhooks, versions). */
export const CLUSTER: ResourceRef = { apiVersion: 'inferscope', kind: 'Cluster', name: 'cluster' };
