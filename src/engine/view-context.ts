/**
 * Derives views over a reader and remembers them: each view once per subject, and what it could not see while it was derived. Holds no policy.
 */
import type { EvidenceGap, EvidenceRequest, Lookup } from '../model/evidence.ts';
import type { Listing, SnapshotReader, View, ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';

export interface EngineContext extends ViewContext {
  /**
   * Gaps that a view met for a subject, its own and those of the views that it uses, and that the collector could close. A view that came to
   * its result all the same would say more with them.
   */
  missed(view: View<unknown>, subject: ResourceRef): readonly EvidenceGap[];
}

interface Derived {
  readonly value: unknown;
  readonly missed: ReadonlyMap<string, EvidenceGap>;
}

const NOTHING: ReadonlyMap<string, EvidenceGap> = new Map();

export function createViewContext(reader: SnapshotReader): EngineContext {
  const memo = new Map<string, Map<string, Derived>>();
  /** One entry per view that is being derived, the innermost last. */
  const deriving: Map<string, EvidenceGap>[] = [];

  function note(gap: EvidenceGap): void {
    if (gap.request !== undefined) deriving.at(-1)?.set(gap.id, gap);
  }

  function noted<T>(found: Lookup<T>): Lookup<T> {
    if (found.state === 'unknown') note(found.gap);
    return found;
  }

  const context: EngineContext = {
    now: reader.now,
    object: (ref) => noted(reader.object(ref)),
    list: (kind, options) => {
      const { items, complete } = reader.list(kind, options);
      return watchedListing(items, complete, noted);
    },
    ownedBy: (owner) => reader.ownedBy(owner),
    events: (ref) => reader.events(ref),
    eventsGap: (namespace) => reader.eventsGap(namespace),
    log: (pod, container, previous) => reader.log(pod, container, previous),
    registry: (host, repository) => reader.registry(host, repository),
    outputs: () => reader.outputs(),
    exchanges: () => reader.exchanges(),
    citeEvidence: (id, label) => reader.citeEvidence(id, label),
    notRequested: (wanted: string, detail: string, request?: EvidenceRequest): EvidenceGap =>
      reader.notRequested(wanted, detail, request),
    use<T>(view: View<T>, subject: ResourceRef): T {
      let bySubject = memo.get(view.id);
      if (!bySubject) memo.set(view.id, (bySubject = new Map()));
      const key = refKey(subject);
      let derived = bySubject.get(key);
      if (!derived) bySubject.set(key, (derived = derive(view, subject)));
      for (const gap of derived.missed.values()) note(gap);
      // The memo of one view id holds only what that view derived.
      return derived.value as T;
    },
    missed: (view, subject) => [...(memo.get(view.id)?.get(refKey(subject))?.missed.values() ?? [])],
  };

  function derive(view: View<unknown>, subject: ResourceRef): Derived {
    const missed = new Map<string, EvidenceGap>();
    deriving.push(missed);
    try {
      return { value: view.derive(context, subject), missed: missed.size === 0 ? NOTHING : missed };
    } finally {
      deriving.pop();
    }
  }

  return context;
}

/** Most who list do not ask whether the list is whole; only those who do would gain from its rest. */
function watchedListing(
  items: Listing['items'],
  complete: Lookup<true>,
  noted: (found: Lookup<true>) => Lookup<true>,
): Listing {
  return {
    items,
    get complete() {
      return noted(complete);
    },
  };
}
