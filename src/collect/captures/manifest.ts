/**
 * The manifest of a capture: `inferscope.json` (our own) or `capture.json` (format `kubernetes-api-mirror`). Reads it defensively, since it
 * comes with the capture, and says in one form what it declares.
 */
import type {
  Completeness,
  EvidenceGap,
  EvidenceRequest,
  GapReason,
  ListEvidence,
  SnapshotScope,
  Timestamp,
} from '../../model/evidence.ts';
import { booleanAt, isObject, listAt, numberAt, objectAt, textAt } from '../../model/json.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { InferscopeProblem } from '../problem.ts';

export const MANIFEST_FILE = 'inferscope.json';
export const MIRROR_MANIFEST_FILE = 'capture.json';
export const MANIFEST_FORMAT = 'inferscope-capture';
const MIRROR_FORMAT = 'kubernetes-api-mirror';
export const SCHEMA_VERSION = 1;

export interface Manifest {
  /** Absent where it names none that is a time. */
  readonly takenAt?: Timestamp;
  /** Absent where it names none: then nothing is known of what lies outside the objects. */
  readonly scope?: SnapshotScope;
  /** A log with this many lines was cut off by the request for its last lines. */
  readonly tailLines?: number;
  readonly gaps: readonly EvidenceGap[];
  /** What its lists cover, by id; absent in manifests that leave this to the scope. */
  readonly lists?: ReadonlyMap<string, ListEvidence>;
  /** Of evidence that is not complete, by id. */
  readonly completeness: ReadonlyMap<string, Completeness>;
}

/** Undefined where the document is no manifest. Throws InferscopeProblem IS0003 for a manifest of a later format. */
export function readManifest(document: unknown, file: string): Manifest | undefined {
  const format = textAt(document, 'format');
  if (format === MIRROR_FORMAT) {
    checkVersion(numberAt(document, 'version'), file);
    return common(document);
  }
  if (format !== MANIFEST_FORMAT) return undefined;
  checkVersion(numberAt(document, 'schemaVersion'), file);
  return {
    ...common(document),
    gaps: listAt(document, 'gaps').flatMap(readGap),
    lists: new Map(
      listAt(document, 'lists')
        .flatMap(readList)
        .map((list) => [list.id, list]),
    ),
    completeness: new Map(
      Object.entries(objectAt(document, 'completeness') ?? {}).map(([id, value]) => [id, readCompleteness(value)]),
    ),
  };
}

function common(document: unknown): Manifest {
  const takenAt = timestamp(textAt(document, 'takenAt'));
  const scope = readScope(objectAt(document, 'scope'));
  const tailLines = numberAt(document, 'logs', 'tailLines');
  return {
    ...(takenAt === undefined ? {} : { takenAt }),
    ...(scope === undefined ? {} : { scope }),
    ...(tailLines === undefined ? {} : { tailLines }),
    gaps: [],
    completeness: new Map(),
  };
}

function checkVersion(version: number | undefined, file: string): void {
  if (version === undefined || version <= SCHEMA_VERSION) return;
  throw new InferscopeProblem({
    code: 'IS0003',
    tried: `Read ${file}`,
    found: `its format has version ${version}; this Inferscope reads version ${SCHEMA_VERSION}`,
    todo: ['Read the capture with a newer Inferscope'],
  });
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/i;

/** In UTC; undefined where the text is no RFC 3339 time. A UTC time stays as written. */
export function timestamp(text: string | undefined): Timestamp | undefined {
  if (text === undefined || !RFC3339.test(text) || Number.isNaN(Date.parse(text))) return undefined;
  return text.endsWith('Z') ? text : new Date(text).toISOString();
}

function readScope(scope: unknown): SnapshotScope | undefined {
  if (!isObject(scope)) return undefined;
  const named = scope['namespaces'];
  const namespaces = named === 'all' ? 'all' : listAt(scope, 'namespaces').filter((name) => typeof name === 'string');
  return { namespaces, clusterScoped: booleanAt(scope, 'clusterScoped') ?? false };
}

export function readCompleteness(value: unknown): Completeness {
  const by = textAt(value, 'by');
  if (textAt(value, 'kind') !== 'truncated' || (by !== 'lines' && by !== 'bytes' && by !== 'time')) {
    return { kind: 'complete' };
  }
  return { kind: 'truncated', by, kept: textAt(value, 'kept') ?? '' };
}

export function readReference(value: unknown): ResourceRef | undefined {
  const apiVersion = textAt(value, 'apiVersion');
  const kind = textAt(value, 'kind');
  const name = textAt(value, 'name');
  if (apiVersion === undefined || kind === undefined || name === undefined) return undefined;
  const namespace = textAt(value, 'namespace');
  const uid = textAt(value, 'uid');
  return {
    apiVersion,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

export function readList(value: unknown): readonly ListEvidence[] {
  const id = textAt(value, 'id');
  const subject = readReference(objectAt(value, 'subject'));
  const kind = textAt(value, 'kind');
  const group = textAt(value, 'group');
  const covered = isObject(value) ? value['namespaces'] : undefined;
  if (!isEvidenceId(id) || !subject || kind === undefined || group === undefined) return [];
  if (covered !== 'all' && !Array.isArray(covered)) return [];
  const labelSelector = textAt(value, 'labelSelector');
  return [
    {
      type: 'list',
      id,
      subject,
      completeness: readCompleteness(objectAt(value, 'completeness')),
      kind,
      group,
      namespaces: covered === 'all' ? 'all' : listAt(value, 'namespaces').filter((name) => typeof name === 'string'),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    },
  ];
}

export function isEvidenceId(id: string | undefined): id is `ev:${string}` {
  return id !== undefined && id.startsWith('ev:');
}

const REASONS: readonly GapReason[] = [
  'forbidden',
  'timeout',
  'expired',
  'too-large',
  'unsupported',
  'not-requested',
  'out-of-scope',
  'failed',
];

function readGap(value: unknown): readonly EvidenceGap[] {
  const id = textAt(value, 'id');
  const wanted = textAt(value, 'wanted');
  const named = textAt(value, 'reason');
  const reason = REASONS.find((known) => known === named);
  if (id === undefined || wanted === undefined || reason === undefined) return [];
  const unlock = textAt(value, 'unlock');
  const request = readRequest(objectAt(value, 'request'));
  return [
    {
      id,
      wanted,
      reason,
      detail: textAt(value, 'detail') ?? '',
      ...(unlock === undefined ? {} : { unlock }),
      ...(request === undefined ? {} : { request }),
    },
  ];
}

function readRequest(value: unknown): EvidenceRequest | undefined {
  const type = textAt(value, 'type');
  if (type === 'object') {
    const ref = readReference(objectAt(value, 'ref'));
    return ref && { type, ref };
  }
  if (type === 'list') {
    const kind = textAt(value, 'kind');
    const group = textAt(value, 'group');
    const namespace = textAt(value, 'namespace');
    if (kind === undefined || group === undefined) return undefined;
    return { type, kind, group, ...(namespace === undefined ? {} : { namespace }) };
  }
  if (type === 'log') {
    const pod = readReference(objectAt(value, 'pod'));
    const container = textAt(value, 'container');
    if (!pod || container === undefined) return undefined;
    return { type, pod, container, previous: booleanAt(value, 'previous') ?? false };
  }
  return undefined;
}
