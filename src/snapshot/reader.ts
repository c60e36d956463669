/**
 * The index over a Snapshot that views read through. Decides what counts as proof of absence; it interprets no object beyond identity,
 * owners and events, and never modifies evidence.
 */
import { apiPath } from '../model/api-path.ts';
import type {
  Citation,
  Evidence,
  EvidenceGap,
  EvidenceId,
  EvidenceRequest,
  ListEvidence,
  LogEvidence,
  LogRefusalEvidence,
  Lookup,
  ObjectEvidence,
  ExchangeEvidence,
  OutputEvidence,
  RegistryEvidence,
  Snapshot,
} from '../model/evidence.ts';
import { at, listAt, textAt } from '../model/json.ts';
import { kindNamed, kindWord, nameWithKind, severalOf } from '../model/kinds.ts';
import { groupOf, refKey, type ResourceRef } from '../model/reference.ts';
import type { EventRecord, KubeObject, Listing, LogText, SnapshotReader } from '../model/reader.ts';
import { eventRecord } from './event-record.ts';

export function createReader(snapshot: Snapshot): SnapshotReader {
  return new Reader(snapshot);
}

class Reader implements SnapshotReader {
  readonly now: string;
  readonly #scope: Snapshot['scope'];
  readonly #objects = new Map<string, KubeObject>();
  /** By kind, and by `kind|namespace`. */
  readonly #byKind = new Map<string, KubeObject[]>();
  readonly #owned = new Map<string, KubeObject[]>();
  readonly #absent = new Map<string, EvidenceId>();
  readonly #lists: ListEvidence[] = [];
  readonly #logs = new Map<string, LogEvidence | LogRefusalEvidence>();
  readonly #registry = new Map<string, RegistryEvidence[]>();
  readonly #outputs: OutputEvidence[] = [];
  readonly #exchanges: ExchangeEvidence[] = [];
  readonly #gaps = new Map<string, EvidenceGap>();
  #events: Map<string, EventRecord[]> | undefined;

  constructor(snapshot: Snapshot) {
    this.now = snapshot.takenAt;
    this.#scope = snapshot.scope;
    for (const piece of snapshot.evidence) this.#add(piece);
    for (const gap of snapshot.gaps) this.#gaps.set(gap.id, gap);
  }

  #add(piece: Evidence): void {
    switch (piece.type) {
      case 'object':
        this.#addObject(piece);
        return;
      case 'absence':
        this.#absent.set(refKey(piece.subject), piece.id);
        return;
      case 'list':
        this.#lists.push(piece);
        return;
      case 'log':
      case 'log-refusal':
        this.#logs.set(logKey(piece.subject, piece.container, piece.previous), piece);
        return;
      case 'registry':
        push(this.#registry, `${piece.host}/${piece.repository}`, piece);
        return;
      case 'output':
        this.#outputs.push(piece);
        return;
      case 'exchange':
        this.#exchanges.push(piece);
        return;
    }
  }

  #addObject(evidence: ObjectEvidence): void {
    const object = new SeenObject(evidence);
    const key = refKey(object.ref);
    if (this.#objects.has(key)) return;
    this.#objects.set(key, object);
    push(this.#byKind, object.ref.kind, object);
    if (object.ref.namespace !== undefined) push(this.#byKind, `${object.ref.kind}|${object.ref.namespace}`, object);
    const owner = listAt(evidence.body, 'metadata', 'ownerReferences').find(
      (reference) => at(reference, 'controller') === true,
    );
    const uid = textAt(owner, 'uid');
    if (uid !== undefined) push(this.#owned, uid, object);
  }

  object(ref: ResourceRef): Lookup<KubeObject> {
    const found = this.#objects.get(refKey(ref));
    if (found) {
      // A namesake that was created anew is another object, and names are unique: the one asked for is gone.
      const anew = ref.uid !== undefined && found.ref.uid !== undefined && ref.uid !== found.ref.uid;
      return anew
        ? { state: 'absent', cite: found.cite(`${nameWithKind(ref)} was created anew`) }
        : { state: 'present', value: found, cite: found.cite(nameWithKind(ref)) };
    }
    const absence = this.#absent.get(refKey(ref));
    if (absence !== undefined) {
      return { state: 'absent', cite: whole(absence, `${nameWithKind(ref)} does not exist`) };
    }
    const list = this.#covering(
      ref.kind,
      groupOf(ref.apiVersion),
      ref.namespace,
      ref.kind === 'Namespace' ? ref.name : undefined,
    );
    if (list) return { state: 'absent', cite: whole(list.id, `no ${nameWithKind(ref)} in the list`) };
    return { state: 'unknown', gap: this.#gapFor(ref) };
  }

  #covering(kind: string, group: string, namespace: string | undefined, member?: string): ListEvidence | undefined {
    return this.#lists.find((list) => {
      if (list.kind !== kind || list.group !== group || list.labelSelector !== undefined) return false;
      if (list.namespaces === 'all') return true;
      if (member !== undefined) return list.namespaces.includes(member);
      return namespace !== undefined && list.namespaces.includes(namespace);
    });
  }

  #gapFor(ref: ResourceRef): EvidenceGap {
    const path = apiPath(ref);
    const listPath = path.slice(0, path.lastIndexOf('/'));
    const clusterList = apiPath({ apiVersion: ref.apiVersion, kind: ref.kind, name: 'x' }).slice(0, -2);
    const recorded = this.#gaps.get(`gap:${path}`) ?? this.#listGap(listPath, clusterList, ref.namespace);
    const name = `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
    // The id stays with the thing wanted, so that a recorded gap is known again whichever way it was met.
    if (recorded) return { ...recorded, wanted: name };
    if (this.#outOfScope(ref)) {
      return {
        id: `gap:${path}`,
        wanted: name,
        reason: 'out-of-scope',
        detail:
          ref.namespace === undefined
            ? 'what was collected holds no cluster-scoped objects'
            : `what was collected does not hold namespace ${ref.namespace}`,
        unlock: getCommand(ref),
        request: { type: 'object', ref },
      };
    }
    return {
      id: `gap:${path}`,
      wanted: name,
      reason: 'not-requested',
      detail: 'what was collected does not hold it, nor a whole list of its kind',
      unlock: getCommand(ref),
      request: { type: 'object', ref },
    };
  }

  /** A list that could not be read: of one namespace, or of all of them. */
  #listGap(namespacedPath: string, clusterPath: string, namespace: string | undefined): EvidenceGap | undefined {
    return (
      this.#gaps.get(`gap:${namespacedPath}`) ??
      this.#gaps.get(`gap:${clusterPath}`) ??
      this.#gaps.get(`gap:list:${clusterPath}?${namespace ?? ''}`) ??
      this.#gaps.get(`gap:list:${clusterPath}`)
    );
  }

  #outOfScope(ref: ResourceRef): boolean {
    if (ref.namespace === undefined) return !this.#scope.clusterScoped && ref.kind !== 'Namespace';
    return this.#scope.namespaces !== 'all' && !this.#scope.namespaces.includes(ref.namespace);
  }

  list(kind: string, options: { readonly namespace?: string; readonly group?: string } = {}): Listing {
    const group = options.group ?? kindNamed(kind)?.group;
    const all = this.#byKind.get(options.namespace === undefined ? kind : `${kind}|${options.namespace}`) ?? [];
    const items = group === undefined ? all : all.filter((object) => groupOf(object.ref.apiVersion) === group);
    return { items, complete: this.#completeness(kind, group ?? '', options.namespace) };
  }

  #completeness(kind: string, group: string, namespace: string | undefined): Lookup<true> {
    const clusterScoped = kindNamed(kind, group)?.namespaced === false;
    const list = this.#lists.find((candidate) => {
      if (candidate.kind !== kind || candidate.group !== group || candidate.labelSelector !== undefined) return false;
      if (candidate.namespaces === 'all') return true;
      return namespace !== undefined && candidate.namespaces.includes(namespace);
    });
    if (list) return { state: 'present', value: true, cite: whole(list.id, `list of ${severalOf(kind)}`) };
    const info = kindNamed(kind, group);
    const version = info?.versions[0] ?? 'v1';
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const reference = {
      apiVersion,
      kind,
      name: 'x',
      ...(namespace === undefined || clusterScoped ? {} : { namespace }),
    };
    const path = apiPath(reference).slice(0, -2);
    const wanted = `the list of ${severalOf(kind)}${namespace === undefined || clusterScoped ? '' : ` in ${namespace}`}`;
    const clusterPath = apiPath({ apiVersion, kind, name: 'x' }).slice(0, -2);
    const recorded = this.#listGap(path, clusterPath, namespace);
    if (recorded) return { state: 'unknown', gap: { ...recorded, wanted } };
    const outOfScope =
      namespace !== undefined &&
      !clusterScoped &&
      this.#scope.namespaces !== 'all' &&
      !this.#scope.namespaces.includes(namespace);
    return {
      state: 'unknown',
      gap: {
        id: `gap:${path}`,
        wanted,
        reason: outOfScope ? 'out-of-scope' : 'not-requested',
        detail: outOfScope
          ? `what was collected does not hold namespace ${namespace}`
          : `no whole list of ${severalOf(kind)} was collected`,
        request: { type: 'list', kind, group, ...(namespace === undefined || clusterScoped ? {} : { namespace }) },
      },
    };
  }

  ownedBy(owner: ResourceRef): readonly KubeObject[] {
    const uid = owner.uid ?? this.#objects.get(refKey(owner))?.ref.uid;
    return uid === undefined ? [] : (this.#owned.get(uid) ?? []);
  }

  events(ref: ResourceRef): readonly EventRecord[] {
    this.#events ??= this.#indexEvents();
    const named = this.#events.get(eventKey(ref)) ?? [];
    const uid = ref.uid ?? this.#objects.get(refKey(ref))?.ref.uid;
    // Events of a namesake that was deleted and created again carry another uid and must not count.
    return uid === undefined
      ? named
      : named.filter((event) => event.object.uid === undefined || event.object.uid === uid);
  }

  #indexEvents(): Map<string, EventRecord[]> {
    const index = new Map<string, EventRecord[]>();
    for (const object of this.#byKind.get('Event') ?? []) {
      const record = eventRecord(object);
      push(index, eventKey(record.object), record);
    }
    for (const records of index.values()) records.sort((a, b) => (a.last < b.last ? -1 : a.last > b.last ? 1 : 0));
    return index;
  }

  eventsGap(namespace: string | undefined): EvidenceGap | undefined {
    const listing = this.#completeness('Event', '', namespace ?? 'default');
    return listing.state === 'unknown' ? listing.gap : undefined;
  }

  log(pod: ResourceRef, container: string, previous: boolean): Lookup<LogText> {
    const found = this.#logs.get(logKey(pod, container, previous));
    if (found?.type === 'log')
      return { state: 'present', value: logText(found), cite: whole(found.id, `log of ${container}`) };
    const path = `${apiPath(pod)}/log/${container}${previous ? '.previous' : ''}`;
    const wanted = `the ${previous ? 'previous log' : 'log'} of container ${container} of Pod ${pod.namespace ?? ''}/${pod.name}`;
    if (found) {
      return {
        state: 'unknown',
        gap: {
          id: `gap:${path}`,
          wanted,
          reason: found.status === 403 ? 'forbidden' : 'unsupported',
          detail: found.message,
        },
      };
    }
    const recorded = this.#gaps.get(`gap:${path}`);
    if (recorded) return { state: 'unknown', gap: recorded };
    return {
      state: 'unknown',
      gap: {
        id: `gap:${path}`,
        wanted,
        reason: 'not-requested',
        detail: 'this log was not collected',
        unlock: `kubectl -n ${pod.namespace ?? 'default'} logs ${pod.name} -c ${container}${previous ? ' --previous' : ''}`,
        request: { type: 'log', pod, container, previous },
      },
    };
  }

  registry(host: string, repository: string): readonly RegistryEvidence[] {
    return this.#registry.get(`${host}/${repository}`) ?? [];
  }

  outputs(): readonly OutputEvidence[] {
    return this.#outputs;
  }

  exchanges(): readonly ExchangeEvidence[] {
    return this.#exchanges;
  }

  citeEvidence(id: EvidenceId, label: string): Citation {
    return whole(id, label);
  }

  notRequested(wanted: string, detail: string, request?: EvidenceRequest): EvidenceGap {
    return {
      id: `gap:${wanted}`,
      wanted,
      reason: 'not-requested',
      detail,
      ...(request === undefined ? {} : { request }),
    };
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function whole(evidence: EvidenceId, label: string): Citation {
  return { evidence, at: { kind: 'whole' }, label };
}

function logKey(pod: ResourceRef, container: string, previous: boolean): string {
  return `${pod.namespace ?? ''}/${pod.name}/${container}/${previous ? 'previous' : 'current'}`;
}

/** What a person would type to see it; never with the values of a Secret. */
function getCommand(ref: ResourceRef): string {
  const place = ref.namespace === undefined ? '' : ` -n ${ref.namespace}`;
  return `kubectl${place} ${ref.kind === 'Secret' ? 'describe' : 'get'} ${kindWord(ref)} ${ref.name}`;
}

function eventKey(ref: ResourceRef): string {
  return `${ref.kind}|${ref.namespace ?? ''}|${ref.name}`;
}

/** A class, so that the tens of thousands of objects of a cluster share one method. */
class SeenObject implements KubeObject {
  readonly ref: ResourceRef;
  readonly body: KubeObject['body'];
  readonly #id: EvidenceId;

  constructor(evidence: ObjectEvidence) {
    this.ref = evidence.subject;
    this.body = evidence.body;
    this.#id = evidence.id;
  }

  cite(label: string, pointer?: string): Citation {
    return pointer === undefined
      ? whole(this.#id, label)
      : { evidence: this.#id, at: { kind: 'pointer', pointer }, label };
  }
}

function logText(evidence: LogEvidence): LogText {
  let lines: readonly string[] | undefined;
  return {
    text: evidence.text,
    get lines() {
      lines ??= evidence.text.split('\n');
      return lines;
    },
    complete: evidence.completeness.kind === 'complete',
    cite: (label, from, to) => ({ evidence: evidence.id, at: { kind: 'lines', from, to: to ?? from }, label }),
    citeWhole: (label) => whole(evidence.id, label),
  };
}
