/**
 * A view context that records what each view reads and which views it uses, per subject. Memoises like the engine's own. What a view reads
 * later, when somebody asks for a field that it works out lazily, counts as its own reading.
 */
import type { EvidenceNeed, SnapshotReader, View, ViewContext } from '../../src/model/reader.ts';
import { groupOf, refKey, type ResourceRef } from '../../src/model/reference.ts';
import { kindNamed } from '../../src/model/kinds.ts';

export interface ViewRecord {
  readonly view: View<unknown>;
  readonly subject: ResourceRef;
  /** `object Pod`, `object Service.serving.knative.dev`, `event`, `log`, `registry`, `output`. */
  readonly reads: Set<string>;
  /** Kinds of the owned objects that the snapshot happened to hold: nobody has to collect them for this view. */
  readonly met: Set<string>;
  readonly used: Set<ViewRecord>;
}

export interface Recorder {
  readonly context: ViewContext;
  readonly records: ReadonlyMap<string, ViewRecord>;
  /** Everything read for a view of a subject, through all views that it used. */
  readsOf(view: View<unknown>, subject: ResourceRef): ReadonlySet<string>;
}

export function createRecorder(reader: SnapshotReader): Recorder {
  const records = new Map<string, ViewRecord>();
  const memo = new Map<string, unknown>();
  const contextOf = (reading: ViewRecord | undefined): ViewContext => {
    // What a view meets on its way along owners and references nobody has to collect for it.
    const wanders = reading?.view.needs.some((need) => need.kind === '**') === true;
    const note = (read: string): void =>
      void (wanders && read.startsWith('object ') ? reading?.met.add(read) : reading?.reads.add(read));
    return {
      now: reader.now,
      object(ref) {
        note(objectRead(ref.kind, groupOf(ref.apiVersion)));
        return reader.object(ref);
      },
      list(kind, options) {
        note(objectRead(kind, options?.group ?? kindNamed(kind)?.group ?? ''));
        return reader.list(kind, options);
      },
      ownedBy(owner) {
        const owned = reader.ownedBy(owner);
        for (const object of owned) reading?.met.add(objectRead(object.ref.kind, groupOf(object.ref.apiVersion)));
        return owned;
      },
      events(ref) {
        note('event');
        return reader.events(ref);
      },
      eventsGap(namespace) {
        note('event');
        return reader.eventsGap(namespace);
      },
      log(pod, container, previous) {
        note('log');
        return reader.log(pod, container, previous);
      },
      registry(host, repository) {
        note('registry');
        return reader.registry(host, repository);
      },
      outputs() {
        note('output');
        return reader.outputs();
      },
      exchanges() {
        note('exchange');
        return reader.exchanges();
      },
      citeEvidence: (id, label) => reader.citeEvidence(id, label),
      notRequested: (wanted, detail, request) => reader.notRequested(wanted, detail, request),
      use<T>(view: View<T>, subject: ResourceRef): T {
        const key = keyOf(view, subject);
        const record: ViewRecord = records.get(key) ?? {
          view,
          subject,
          reads: new Set(),
          met: new Set(),
          used: new Set(),
        };
        records.set(key, record);
        reading?.used.add(record);
        if (!memo.has(key)) memo.set(key, view.derive(contextOf(record), subject));
        // The memo of one key holds only what that view derived.
        return memo.get(key) as T;
      },
    };
  };
  const context = contextOf(undefined);
  return {
    context,
    records,
    readsOf(view, subject) {
      const reads = new Set<string>();
      const seen = new Set<ViewRecord>();
      const visit = (record: ViewRecord): void => {
        if (seen.has(record)) return;
        seen.add(record);
        for (const read of record.reads) reads.add(read);
        for (const used of record.used) visit(used);
      };
      const start = records.get(keyOf(view, subject));
      if (start) visit(start);
      return reads;
    },
  };
}

function keyOf(view: View<unknown>, subject: ResourceRef): string {
  return `${view.id} of ${refKey(subject)}`;
}

/** `Service` is the core kind; a kind of that name in another group carries its group, as in declared needs. */
export function objectRead(kind: string, group: string): string {
  const first = kindNamed(kind);
  return first === undefined || first.group === group ? `object ${kind}` : `object ${kind}.${group}`;
}

/** The same words for a declared need. */
export function needText(need: EvidenceNeed): string {
  if (need.type !== 'object') return need.type;
  const [kind = '', ...group] = (need.kind ?? '').split('.');
  return objectRead(kind, group.length === 0 ? (kindNamed(kind)?.group ?? '') : group.join('.'));
}
