/**
 * What was seen, and what could not be seen. These types are written to disk as a capture and read by every view; they hold no logic.
 */
import type { ResourceRef } from './reference.ts';
import type { JsonObject } from './json.ts';

/** RFC 3339, UTC. */
export type Timestamp = string;
export type EvidenceId = `ev:${string}`;

export type Completeness =
  | { readonly kind: 'complete' }
  | { readonly kind: 'truncated'; readonly by: 'lines' | 'bytes' | 'time'; readonly kept: string };

interface EvidenceBase {
  readonly id: EvidenceId;
  readonly subject: ResourceRef;
  readonly completeness: Completeness;
}

export interface ObjectEvidence extends EvidenceBase {
  readonly type: 'object';
  /** The object as the API gave it, redacted; never modified after it entered. */
  readonly body: JsonObject;
}

export interface LogEvidence extends EvidenceBase {
  readonly type: 'log';
  readonly container: string;
  /** The log of the container before its last restart. */
  readonly previous: boolean;
  readonly text: string;
}

/** The log API answered with an error instead of a log, e.g. `container "x" in pod "y" is waiting to start`. */
export interface LogRefusalEvidence extends EvidenceBase {
  readonly type: 'log-refusal';
  readonly container: string;
  readonly previous: boolean;
  readonly status: number;
  readonly message: string;
}

/** One answer of an OCI registry to a look-up of a manifest or blob. */
export interface RegistryEvidence extends EvidenceBase {
  readonly type: 'registry';
  readonly host: string;
  readonly repository: string;
  readonly what: 'manifests' | 'blobs';
  readonly reference: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed body; a string where it is no JSON. */
  readonly body: unknown;
}

/** What a command printed, such as `kubectl apply` when the object was refused. */
export interface OutputEvidence extends EvidenceBase {
  readonly type: 'output';
  readonly command: string;
  readonly text: string;
}

/** The API said that this object does not exist (404 on its name). */
export interface AbsenceEvidence extends EvidenceBase {
  readonly type: 'absence';
}

/** A list was read whole: what it does not hold did not exist in its scope at that time. */
export interface ListEvidence extends EvidenceBase {
  readonly type: 'list';
  readonly kind: string;
  readonly group: string;
  /** Namespaces it covers; `all` for cluster-scoped kinds and lists over all namespaces. */
  readonly namespaces: readonly string[] | 'all';
  /** Present where only a part was asked for; then absence is proven only for objects that match. */
  readonly labelSelector?: string;
}

/** One request that was really sent, through the gateway or to a pod, and what came back: its body and headers are redacted. */
export interface ExchangeEvidence extends EvidenceBase {
  readonly type: 'exchange';
  readonly request: {
    readonly method: string;
    /** Absolute: scheme, host as the Host header had it, path and query. */
    readonly url: string;
    /** Names in lower case; without those that carry credentials. */
    readonly headers: Readonly<Record<string, string>>;
    /** Its beginning; absent where there was none. */
    readonly body?: string;
  };
  /** Absent where no answer came. */
  readonly response?: {
    /** 100 to 599. */
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    /** Its beginning. */
    readonly body: string;
  };
  /** Why no answer came: the words of the client. */
  readonly error?: string;
  readonly seconds?: number;
  /** Lines of the gateway's access log that belong to it, as they were. */
  readonly accessLog: readonly string[];
  readonly at?: Timestamp;
}

export type Evidence =
  | ObjectEvidence
  | LogEvidence
  | LogRefusalEvidence
  | RegistryEvidence
  | OutputEvidence
  | ExchangeEvidence
  | AbsenceEvidence
  | ListEvidence;

/** One thing that a second round of collection could fetch. */
export type EvidenceRequest =
  | { readonly type: 'object'; readonly ref: ResourceRef }
  | { readonly type: 'list'; readonly kind: string; readonly group: string; readonly namespace?: string }
  | { readonly type: 'log'; readonly pod: ResourceRef; readonly container: string; readonly previous: boolean };

export type GapReason =
  | 'forbidden'
  | 'timeout'
  | 'expired'
  | 'too-large'
  | 'unsupported'
  | 'not-requested'
  | 'out-of-scope'
  | 'failed';

/** Something that could not be looked at. Never to be read as "it is not there". */
export interface EvidenceGap {
  /** Stable: the same missing thing has the same id. */
  readonly id: string;
  /** Noun phrase: `the log of container inference of Pod pred-maint/x`. */
  readonly wanted: string;
  readonly reason: GapReason;
  readonly detail: string;
  /** What would close it, as a command or an RBAC rule. */
  readonly unlock?: string;
  /** Present when the collector may fetch it in a second round. */
  readonly request?: EvidenceRequest;
}

export interface Citation {
  readonly evidence: EvidenceId;
  readonly at:
    | { readonly kind: 'whole' }
    | { readonly kind: 'pointer'; readonly pointer: string }
    /** 1-based, inclusive. */
    | { readonly kind: 'lines'; readonly from: number; readonly to: number };
  /** What it shows, as a short noun phrase or statement. */
  readonly label: string;
}
export type Citations = readonly [Citation, ...Citation[]];

/** Three cases, no null: seen, looked for and proven not there, or could not look. */
export type Lookup<T> =
  | { readonly state: 'present'; readonly value: T; readonly cite: Citation }
  | { readonly state: 'absent'; readonly cite: Citation }
  | { readonly state: 'unknown'; readonly gap: EvidenceGap };

export interface SnapshotScope {
  readonly namespaces: readonly string[] | 'all';
  readonly clusterScoped: boolean;
}

export interface Snapshot {
  readonly schemaVersion: 1;
  /** The only "now" that the engine knows. */
  readonly takenAt: Timestamp;
  /** One phrase for the report: `capture registry-auth.tgz`, `cluster prod-eu`. */
  readonly source: string;
  readonly scope: SnapshotScope;
  /** `sha256:…` over evidence and gaps; absent where nobody needs to know it again. */
  readonly digest?: string;
  readonly evidence: readonly Evidence[];
  readonly gaps: readonly EvidenceGap[];
}
