/**
 * Reads a mirror of the API's URL space: lists, objects, logs, registry look-ups and discovery, with or without a manifest.
 * A file that cannot be read becomes a gap and proves nothing; the rest is read on.
 */
import type {
  Evidence,
  EvidenceGap,
  GapReason,
  ListEvidence,
  ObjectEvidence,
  SnapshotScope,
} from '../../model/evidence.ts';
import { versionPath } from '../../model/api-path.ts';
import { booleanAt, isObject, type JsonObject, listAt, numberAt, textAt } from '../../model/json.ts';
import { KINDS } from '../../model/kinds.ts';
import { groupOf } from '../../model/reference.ts';
import { InferscopeProblem } from '../problem.ts';
import { admitObject, keepsFieldOwners } from '../redact/redact-object.ts';
import { redactText } from '../redact/redact-text.ts';
import { type Bounds, sizeText } from './bounds.ts';
import { cutManagedFields } from './cut-managed-fields.ts';
import { EvidenceStore } from './evidence-store.ts';
import { type Manifest, MANIFEST_FILE, MIRROR_MANIFEST_FILE, readManifest } from './manifest.ts';
import { logEvidence, logKey, logRefusal } from './mirror-logs.ts';
import { type MirrorPath, parseMirrorPath } from './mirror-path.ts';
import { registryEvidence, registryKey } from './mirror-registry.ts';
import { exchangesOf } from './mirror-requests.ts';
import { NewestTime } from './newest-time.ts';
import { fillIdentity, isListBody, itemKind, objectEvidence } from './object-evidence.ts';
import { isStatus, statusReason } from './status.ts';
import type { Part } from './part.ts';
import { decodeText, parseJson } from './parse-text.ts';
import type { SourceFile } from './source-file.ts';
import { readStoredEvidence } from './stored-evidence.ts';

const COMPLETE = { kind: 'complete' } as const;

/** Whether the files are a mirror: it has a manifest, or at least one list, object or discovery document of the API. */
export function isApiMirror(files: readonly SourceFile[]): boolean {
  return files.some((file) => {
    const { type } = parseMirrorPath(file.path);
    return (
      file.path === MANIFEST_FILE ||
      type === 'list' ||
      type === 'object' ||
      (type === 'discovery' && file.path.includes('/'))
    );
  });
}

/** Throws InferscopeProblem IS0003 for a manifest that cannot be read. */
export function readApiMirror(files: readonly SourceFile[], bounds: Bounds): Part {
  const manifest = manifestOf(files);
  return new MirrorReader(manifest, bounds).read(files);
}

function manifestOf(files: readonly SourceFile[]): Manifest | undefined {
  for (const name of [MANIFEST_FILE, MIRROR_MANIFEST_FILE]) {
    const bytes = files.find((file) => file.path === name)?.read();
    if (bytes === undefined) continue;
    const manifest = readManifest(parseJson(decodeText(bytes), name), name);
    if (manifest) return manifest;
  }
  return undefined;
}

interface ResourceInfo {
  readonly kind: string;
  readonly namespaced: boolean | undefined;
}

type ListPath = Extract<MirrorPath, { readonly type: 'list' }>;
type ObjectPath = Extract<MirrorPath, { readonly type: 'object' }>;

/** A list that was read whole; what it proves is said once the scope is known. */
interface WholeList {
  readonly path: ListPath;
  readonly key: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

class MirrorReader {
  readonly #manifest: Manifest | undefined;
  readonly #bounds: Bounds;
  readonly #store = new EvidenceStore();
  readonly #newest = new NewestTime();
  readonly #resources = new Map<string, ResourceInfo>();
  readonly #lists: WholeList[] = [];
  readonly #namespaces = new Set<string>();

  constructor(manifest: Manifest | undefined, bounds: Bounds) {
    this.#manifest = manifest;
    this.#bounds = bounds;
  }

  read(files: readonly SourceFile[]): Part {
    // Discovery first: it says which resources are namespaced.
    const rest: [SourceFile, MirrorPath][] = [];
    for (const file of files) {
      const path = parseMirrorPath(file.path);
      if (path.type === 'discovery') this.#discovery(file);
      else rest.push([file, path]);
    }
    for (const [file, path] of rest) this.#file(file, path);
    const scope = this.#manifest?.scope ?? { namespaces: [...this.#namespaces].sort(), clusterScoped: true };
    for (const list of this.#lists) this.#prove(list, scope);
    for (const gap of this.#manifest?.gaps ?? []) this.#store.addGap(gap);
    const takenAt = this.#manifest?.takenAt ?? this.#newest.value;
    return {
      ...(takenAt === undefined ? {} : { takenAt }),
      scope,
      evidence: this.#store.evidence(),
      gaps: this.#store.gaps(),
    };
  }

  #file(file: SourceFile, path: MirrorPath): void {
    switch (path.type) {
      case 'list':
        this.#list(file, path);
        return;
      case 'object':
        this.#object(file, path);
        return;
      case 'log':
        this.#log(file, path);
        return;
      case 'log-refusal':
        this.#read(
          file,
          logKey(path),
          `the log of container ${path.container} of Pod ${path.namespace}/${path.pod}`,
          (body) => logRefusal(path, body),
        );
        return;
      case 'registry':
        this.#read(file, registryKey(path), `the registry's answer on ${path.host}/${path.repository}`, (body) =>
          registryEvidence(path, body),
        );
        return;
      case 'output':
        this.#output(file);
        return;
      case 'evidence':
        this.#stored(file);
        return;
      case 'requests':
        this.#requests(file);
        return;
      case 'manifest':
      case 'discovery':
      case 'other':
        return;
    }
  }

  #add(piece: Evidence): void {
    const completeness = this.#manifest?.completeness.get(piece.id);
    this.#store.add(completeness ? { ...piece, completeness } : piece);
  }

  /** One JSON document that is one piece of evidence; a gap where it cannot be read or is something else. */
  #read(file: SourceFile, key: string, wanted: string, make: (body: unknown) => Evidence | undefined): void {
    const body = this.#json(file, key, wanted);
    if (body === undefined) return;
    const piece = make(body.value);
    if (piece) this.#add(piece);
    else this.#gap(key, wanted, 'failed', `${file.path} holds something else`);
  }

  #json(file: SourceFile, key: string, wanted: string, withoutOwners = false): { readonly value: unknown } | undefined {
    try {
      const bytes = file.read();
      if (bytes === undefined) {
        const detail = `${file.path} is ${sizeText(file.size)}; the bound is ${sizeText(this.#bounds.fileBytes)}`;
        this.#gap(key, wanted, 'too-large', detail);
        return undefined;
      }
      const text = decodeText(withoutOwners ? cutManagedFields(bytes) : bytes);
      return { value: parseJson(text, file.path) };
    } catch (error) {
      if (!(error instanceof InferscopeProblem)) throw error;
      this.#gap(key, wanted, 'failed', `${file.path}: ${error.found}`);
      return undefined;
    }
  }

  #gap(key: string, wanted: string, reason: GapReason, detail: string, request?: EvidenceGap['request']): void {
    this.#store.addGap({ id: `gap:${key}`, wanted, reason, detail, ...(request === undefined ? {} : { request }) });
  }

  /** APIResourceList and its like, as they are: the kinds that the cluster serves. */
  #discovery(file: SourceFile): void {
    const key = file.path.slice(0, -'.json'.length);
    const parsed = this.#json(file, key, `the discovery document ${key}`);
    if (!parsed || !isObject(parsed.value) || textAt(parsed.value, 'kind') === 'Status') return;
    const body: JsonObject = parsed.value;
    const apiVersion = textAt(body, 'groupVersion');
    if (apiVersion !== undefined) {
      for (const resource of listAt(body, 'resources')) {
        const kind = textAt(resource, 'kind');
        const name = textAt(resource, 'name');
        if (kind === undefined || name === undefined || name.includes('/')) continue;
        this.#resources.set(`${apiVersion}/${name}`, { kind, namespaced: booleanAt(resource, 'namespaced') });
      }
    }
    this.#add({
      type: 'object',
      id: `ev:${key}`,
      subject: { apiVersion: 'v1', kind: textAt(body, 'kind') ?? 'Version', name: apiVersion ?? key },
      completeness: COMPLETE,
      body: admitObject(body),
    });
  }

  #resource(apiVersion: string, plural: string): ResourceInfo {
    const group = groupOf(apiVersion);
    const known = KINDS.find((info) => info.group === group && info.plural === plural);
    return (
      this.#resources.get(`${apiVersion}/${plural}`) ?? { kind: known?.kind ?? plural, namespaced: known?.namespaced }
    );
  }

  #list(file: SourceFile, path: ListPath): void {
    const { kind, namespaced } = this.#resource(path.apiVersion, path.plural);
    const place = path.namespace === undefined ? '' : `/namespaces/${path.namespace}`;
    const key = `${versionPath(path.apiVersion)}${place}/${path.plural}`;
    // The same events are served under both groups; core/v1 is what everything else reads. A manifest that names its lists means both.
    const twin = path.plural === 'events' && groupOf(path.apiVersion) === 'events.k8s.io';
    if (twin && !this.#manifest?.lists && this.#hasCoreEvents(path.namespace)) return;
    const wanted = `the list of ${kind}s${path.namespace === undefined ? '' : ` in ${path.namespace}`}`;
    const parsed = this.#json(file, key, wanted, !keepsFieldOwners(kind, path.apiVersion));
    if (!parsed) return;
    const body = parsed.value;
    const group = groupOf(path.apiVersion);
    const request = {
      type: 'list',
      kind,
      group,
      ...(path.namespace === undefined ? {} : { namespace: path.namespace }),
    } as const;
    if (!isListBody(body)) {
      const [reason, detail] = isStatus(body)
        ? statusReason(body)
        : (['failed', `${file.path} holds no list`] as const);
      this.#gap(key, wanted, reason, detail, request);
      return;
    }
    const listApiVersion = textAt(body, 'apiVersion') ?? path.apiVersion;
    const listedKind = itemKind(textAt(body, 'kind') ?? '') ?? kind;
    const inNamespaces = this.#items(body.items, listApiVersion, listedKind, path.plural);
    // A page of a longer list proves nothing about what it does not hold (metadata.continue, API concepts "Retrieving large results sets in chunks").
    if ((textAt(body, 'metadata', 'continue') ?? '') !== '') {
      this.#gap(key, wanted, 'too-large', `${file.path} is one page of a longer list`, request);
      return;
    }
    const isNamespaced = namespaced ?? (inNamespaces || body.items.length === 0);
    this.#lists.push({ path, key, apiVersion: listApiVersion, kind: listedKind, namespaced: isNamespaced });
  }

  /** Whether any of the items lies in a namespace. */
  #items(items: readonly unknown[], apiVersion: string, kind: string, plural: string): boolean {
    let namespaced = false;
    for (const item of items) {
      fillIdentity(item, apiVersion, kind);
      const piece = objectEvidence(item, plural);
      if (!piece) continue;
      namespaced ||= piece.subject.namespace !== undefined;
      this.#seen(piece);
    }
    return namespaced;
  }

  #seen(piece: ObjectEvidence): void {
    const { kind, namespace, name, apiVersion } = piece.subject;
    if (namespace !== undefined) this.#namespaces.add(namespace);
    else if (kind === 'Namespace' && apiVersion === 'v1') this.#namespaces.add(name);
    if (this.#manifest?.takenAt === undefined) this.#newest.see(piece.body);
    this.#add(piece);
  }

  #hasCoreEvents(namespace: string | undefined): boolean {
    return this.#lists.some(
      ({ path, kind }) =>
        kind === 'Event' && path.apiVersion === 'v1' && (path.namespace === undefined || path.namespace === namespace),
    );
  }

  #prove(list: WholeList, scope: SnapshotScope): void {
    const id = `ev:${list.key}` as const;
    const declared = this.#manifest?.lists;
    if (declared) {
      const evidence = declared.get(id);
      if (evidence) this.#store.add(evidence);
      return;
    }
    const namespaces = coverage(list, scope);
    if (namespaces === undefined) return;
    const subject = { apiVersion: list.apiVersion, kind: `${list.kind}List`, name: list.path.plural };
    const evidence: ListEvidence = {
      type: 'list',
      id,
      subject: list.path.namespace === undefined ? subject : { ...subject, namespace: list.path.namespace },
      completeness: COMPLETE,
      kind: list.kind,
      // Where only events.k8s.io was collected, its list stands for the core one: they serve the same objects.
      group: list.kind === 'Event' ? '' : groupOf(list.apiVersion),
      namespaces,
    };
    this.#store.add(evidence);
  }

  #object(file: SourceFile, path: ObjectPath): void {
    const { kind } = this.#resource(path.apiVersion, path.plural);
    const place = path.namespace === undefined ? '' : `/namespaces/${path.namespace}`;
    const key = `${versionPath(path.apiVersion)}${place}/${path.plural}/${path.name}`;
    const wanted = `${kind} ${path.namespace === undefined ? '' : `${path.namespace}/`}${path.name}`;
    const parsed = this.#json(file, key, wanted);
    if (!parsed) return;
    const subject = {
      apiVersion: path.apiVersion,
      kind,
      ...(path.namespace === undefined ? {} : { namespace: path.namespace }),
      name: path.name,
    };
    if (isStatus(parsed.value)) {
      if (numberAt(parsed.value, 'code') === 404) {
        this.#add({ type: 'absence', id: `ev:${key}`, subject, completeness: COMPLETE });
        return;
      }
      const [reason, detail] = statusReason(parsed.value);
      this.#gap(key, wanted, reason, detail, { type: 'object', ref: subject });
      return;
    }
    fillIdentity(parsed.value, path.apiVersion, kind);
    const piece = objectEvidence(parsed.value, path.plural);
    if (piece) this.#seen(piece);
    else this.#gap(key, wanted, 'failed', `${file.path} holds no object`);
  }

  #log(file: SourceFile, path: Extract<MirrorPath, { readonly type: 'log' }>): void {
    try {
      const bytes = file.read();
      if (bytes !== undefined) this.#add(logEvidence(path, bytes, file.size, this.#manifest?.tailLines));
    } catch (error) {
      if (!(error instanceof InferscopeProblem)) throw error;
      const wanted = `the log of container ${path.container} of Pod ${path.namespace}/${path.pod}`;
      this.#gap(logKey(path), wanted, 'failed', `${file.path}: ${error.found}`);
    }
  }

  /** The first line is the command, `$ kubectl apply -f x.yaml`; what follows is what it printed. */
  #output(file: SourceFile): void {
    const bytes = file.read();
    if (bytes === undefined) return;
    const text = redactText(decodeText(bytes).replaceAll(/\r+\n|\r/g, '\n'));
    const command = /^\$ (.*)/.exec(text)?.[1];
    this.#add({
      type: 'output',
      id: `ev:${file.path}`,
      subject: { apiVersion: 'inferscope', kind: 'Output', name: file.path },
      completeness: bytes.length < file.size ? { kind: 'truncated', by: 'bytes', kept: 'the end' } : COMPLETE,
      command: command ?? '',
      text: command === undefined ? text : text.slice(text.indexOf('\n') < 0 ? text.length : text.indexOf('\n') + 1),
    });
  }

  #requests(file: SourceFile): void {
    const wanted = 'the requests that were sent';
    const parsed = this.#json(file, file.path, wanted);
    if (!parsed) return;
    const exchanges = exchangesOf(parsed.value);
    if (exchanges === undefined) this.#gap(file.path, wanted, 'failed', `${file.path} holds something else`);
    for (const exchange of exchanges ?? []) this.#add(exchange);
  }

  #stored(file: SourceFile): void {
    const parsed = this.#json(file, file.path, 'evidence of other kinds');
    if (!parsed) return;
    for (const entry of listAt(parsed.value, 'evidence')) {
      const piece = readStoredEvidence(entry);
      if (piece) this.#store.add(piece);
    }
  }
}

/**
 * What the absence from a whole list proves. A capture of some namespaces also has a list of Namespaces that holds only those: another
 * namespace may well exist, hence Namespaces are covered by name, as far as the scope goes.
 */
function coverage(list: WholeList, scope: SnapshotScope): readonly string[] | 'all' | undefined {
  if (list.path.namespace !== undefined) return [list.path.namespace];
  if (list.namespaced) return scope.namespaces;
  if (!scope.clusterScoped) return undefined;
  return list.kind === 'Namespace' && groupOf(list.apiVersion) === '' ? scope.namespaces : 'all';
}
