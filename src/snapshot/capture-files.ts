/**
 * Lays a Snapshot out as the files of a mirror of the API's URL space. Pure: it decides paths and contents, `write.ts` puts them on disk.
 * What would not read back the same from its place in the mirror goes into `evidence.json`; what a hostile cluster named cannot choose a
 * path outside the capture.
 */
import { MANIFEST_FORMAT, SCHEMA_VERSION } from '../collect/captures/manifest.ts';
import { logKey } from '../collect/captures/mirror-logs.ts';
import { parseMirrorPath } from '../collect/captures/mirror-path.ts';
import { registryKey } from '../collect/captures/mirror-registry.ts';
import { identify } from '../collect/captures/object-evidence.ts';
import type {
  AbsenceEvidence,
  Completeness,
  Evidence,
  LogEvidence,
  LogRefusalEvidence,
  ObjectEvidence,
  OutputEvidence,
  RegistryEvidence,
  Snapshot,
} from '../model/evidence.ts';
import { versionPath } from '../model/api-path.ts';
import { type JsonObject, textAt } from '../model/json.ts';
import { KINDS } from '../model/kinds.ts';
import { groupOf, imageRef, type ResourceRef } from '../model/reference.ts';

export type FileContent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'json'; readonly value: unknown }
  /** Written item by item: a list may be too long for one string. */
  | {
      readonly type: 'list';
      readonly apiVersion: string;
      readonly kind: string;
      readonly items: readonly JsonObject[];
    };

/** Every file of the capture by its path, manifest included. */
export function captureFiles(snapshot: Snapshot): ReadonlyMap<string, FileContent> {
  return new Layout(snapshot).files();
}

const REDACTION_VERSION = 1;

interface OpenList {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: JsonObject[];
}

class Layout {
  readonly #snapshot: Snapshot;
  readonly #files = new Map<string, FileContent>();
  readonly #lists = new Map<string, OpenList>();
  readonly #completeness: [string, Completeness][] = [];
  readonly #elsewhere: Evidence[] = [];

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  files(): ReadonlyMap<string, FileContent> {
    const { evidence, gaps, takenAt, source, scope } = this.#snapshot;
    const named = evidence
      .filter((piece) => piece.type === 'list')
      .filter((list) => this.#openList(list.id.slice(3), list));
    for (const piece of evidence) this.#place(piece);
    for (const [path, list] of this.#lists) this.#files.set(`${path}.json`, { type: 'list', ...list });
    if (this.#elsewhere.length > 0) {
      this.#files.set('evidence.json', { type: 'json', value: { evidence: this.#elsewhere } });
    }
    const manifest = {
      format: MANIFEST_FORMAT,
      schemaVersion: SCHEMA_VERSION,
      takenAt,
      source,
      scope,
      redaction: { version: REDACTION_VERSION },
      lists: named,
      completeness: Object.fromEntries(this.#completeness),
      gaps,
    };
    this.#files.set('inferscope.json', { type: 'json', value: manifest });
    return this.#files;
  }

  #openList(path: string, list: { readonly subject: ResourceRef; readonly kind: string }): boolean {
    if (!isSafePath(path) || parseMirrorPath(`${path}.json`).type !== 'list') return false;
    this.#lists.set(path, { apiVersion: list.subject.apiVersion, kind: list.kind, items: [] });
    return true;
  }

  #place(piece: Evidence): void {
    if (!isSafePath(piece.id.slice(3)) || !this.#placed(piece)) {
      this.#elsewhere.push(piece);
      return;
    }
    if (piece.type !== 'list' && piece.completeness.kind !== 'complete') {
      this.#completeness.push([piece.id, piece.completeness]);
    }
  }

  /** False where the mirror has no place from which this piece would read back as it is. */
  #placed(piece: Evidence): boolean {
    switch (piece.type) {
      case 'list':
        return this.#lists.has(piece.id.slice(3));
      case 'object':
        return this.#object(piece);
      case 'absence':
        return this.#absence(piece);
      case 'log':
        return this.#log(piece);
      case 'log-refusal':
        return this.#refusal(piece);
      case 'registry':
        return this.#registry(piece);
      case 'output':
        return this.#output(piece);
      // They have no place in the API's URL space.
      case 'exchange':
        return false;
    }
  }

  #object(piece: ObjectEvidence): boolean {
    const path = piece.id.slice(3);
    const parsed = parseMirrorPath(`${path}.json`);
    if (parsed.type === 'discovery') {
      const kind = textAt(piece.body, 'kind') ?? 'Version';
      const subject = { apiVersion: 'v1', kind, name: textAt(piece.body, 'groupVersion') ?? path };
      if (!same(subject, piece.subject)) return false;
      this.#files.set(`${path}.json`, { type: 'json', value: piece.body });
      return true;
    }
    if (parsed.type !== 'object') return false;
    const identity = identify(piece.body, parsed.plural);
    if (!identity || identity.id !== piece.id || !same(identity.subject, piece.subject)) return false;
    const everywhere = `${versionPath(parsed.apiVersion)}/${parsed.plural}`;
    const here = parsed.namespace === undefined ? undefined : path.slice(0, path.lastIndexOf('/'));
    const local = here === undefined ? undefined : this.#lists.get(here);
    local?.items.push(piece.body);
    // A list that the manifest does not name proves nothing: it is the place of objects that were fetched one by one, too.
    if (!local && !this.#lists.has(everywhere))
      this.#openList(everywhere, { subject: piece.subject, kind: piece.subject.kind });
    this.#lists.get(everywhere)?.items.push(piece.body);
    return true;
  }

  #absence(piece: AbsenceEvidence): boolean {
    const path = piece.id.slice(3);
    const parsed = parseMirrorPath(`${path}.json`);
    if (parsed.type !== 'object') return false;
    const { apiVersion, plural, namespace, name } = parsed;
    const known = KINDS.find((info) => info.group === groupOf(apiVersion) && info.plural === plural);
    if (!known) return false;
    const subject = { apiVersion, kind: known.kind, ...(namespace === undefined ? {} : { namespace }), name };
    if (!same(subject, piece.subject)) return false;
    const message = `${plural} "${name}" not found`;
    this.#files.set(`${path}.json`, { type: 'json', value: status(404, message, 'NotFound') });
    return true;
  }

  #log(piece: LogEvidence): boolean {
    const path = this.#logPath(piece);
    if (path === undefined || piece.text.includes('\r')) return false;
    this.#files.set(`${path}.txt`, { type: 'text', text: piece.text });
    return true;
  }

  #refusal(piece: LogRefusalEvidence): boolean {
    const path = this.#logPath(piece);
    if (path === undefined) return false;
    this.#files.set(`${path}.error.json`, { type: 'json', value: status(piece.status, piece.message) });
    return true;
  }

  #logPath(piece: LogEvidence | LogRefusalEvidence): string | undefined {
    const { namespace = '', name: pod } = piece.subject;
    const { container, previous } = piece;
    const path = logKey({ namespace, pod, container, previous });
    const parsed = parseMirrorPath(`${path}.txt`);
    const subject = { apiVersion: 'v1', kind: 'Pod', namespace, name: pod };
    const fits =
      piece.id === `ev:${path}` &&
      same(subject, piece.subject) &&
      parsed.type === 'log' &&
      parsed.container === container;
    return fits ? path : undefined;
  }

  #registry(piece: RegistryEvidence): boolean {
    const path = registryKey(piece);
    const parsed = parseMirrorPath(`${path}.json`);
    const separator = piece.reference.includes(':') ? '@' : ':';
    const subject = imageRef(`${piece.host}/${piece.repository}${separator}${piece.reference}`);
    if (piece.id !== `ev:${path}` || parsed.type !== 'registry' || !same(subject, piece.subject)) return false;
    // Text that looks like JSON would be read as JSON.
    if (typeof piece.body === 'string' && /^\s*[{[]/.test(piece.body)) return false;
    const { status, headers, body } = piece;
    this.#files.set(`${path}.json`, { type: 'json', value: { status, headers, body } });
    return true;
  }

  #output(piece: OutputEvidence): boolean {
    const path = piece.id.slice(3);
    const subject = { apiVersion: 'inferscope', kind: 'Output', name: path };
    if (parseMirrorPath(path).type !== 'output' || !same(subject, piece.subject)) return false;
    if (piece.command === '' || /[\r\n]/.test(piece.command) || piece.text.includes('\r')) return false;
    this.#files.set(path, { type: 'text', text: `$ ${piece.command}\n${piece.text}` });
    return true;
  }
}

/** An error answer of the API (apimachinery `pkg/apis/meta/v1`, Status). */
function status(code: number, message: string, reason?: string): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === undefined ? {} : { reason }),
    code,
  };
}

function same(a: ResourceRef, b: ResourceRef): boolean {
  return (
    a.apiVersion === b.apiVersion &&
    a.kind === b.kind &&
    a.namespace === b.namespace &&
    a.name === b.name &&
    a.uid === b.uid
  );
}

/** File names end at 255 bytes; the endings that a capture adds are shorter than 24. */
const LONGEST_STEP = 230;
const MOST_STEPS = 30;

/** Whether every step is a plain, visible file name on common file systems. */
function isSafePath(path: string): boolean {
  const steps = path.split('/');
  return (
    steps.length <= MOST_STEPS &&
    steps.every((step) => /^[\w@%+=,:~-][\w.@%+=,:~-]*$/.test(step) && step.length <= LONGEST_STEP)
  );
}
