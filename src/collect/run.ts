/**
 * Carries out a plan against a cluster: a first round for a scope, then rounds of single requests. Fails forward: what cannot be read becomes
 * a gap. It never sees a rule.
 */
import type { Evidence, EvidenceGap, EvidenceRequest, Snapshot, SnapshotScope } from '../model/evidence.ts';
import { kindNamed } from '../model/kinds.ts';
import type { CollectionPlan } from '../model/plan.ts';
import { groupOf } from '../model/reference.ts';
import { snapshotDigest } from './digest.ts';
import type { ClusterPort, ListQuery } from './port.ts';
import { readList, readLog, readObject, type Into } from './read.ts';

export interface Collection extends Into {
  /** What was collected so far, as a Snapshot. */
  snapshot(): Promise<Snapshot>;
}

export function createCollection(port: ClusterPort, scope: SnapshotScope): Collection {
  const evidence = new Map<string, Evidence>();
  const gaps = new Map<string, EvidenceGap>();
  return {
    add(collected) {
      for (const piece of collected.evidence) evidence.set(piece.id, piece);
      for (const gap of collected.gaps) gaps.set(gap.id, gap);
    },
    async snapshot() {
      const taken: Snapshot = {
        schemaVersion: 1,
        takenAt: await port.now(),
        source: port.describe,
        scope,
        evidence: [...evidence.values()],
        gaps: [...gaps.values()],
      };
      return { ...taken, digest: snapshotDigest(taken) };
    },
  };
}

/** The same port, which answers the same question once: two objects of one namespace share its events and Services. */
export function rememberAnswers(port: ClusterPort): ClusterPort {
  const lists = new Map<string, ReturnType<ClusterPort['list']>>();
  const objects = new Map<string, ReturnType<ClusterPort['get']>>();
  return {
    describe: port.describe,
    defaultNamespace: port.defaultNamespace,
    now: () => port.now(),
    list: (query) =>
      once(
        lists,
        JSON.stringify([query.info.group, query.info.kind, query.namespace, query.labelSelector, query.fieldSelector]),
        () => port.list(query),
      ),
    get: (query) =>
      once(objects, JSON.stringify([query.info.group, query.info.kind, query.namespace, query.name]), () =>
        port.get(query),
      ),
    log: (query) => port.log(query),
    get requests() {
      return port.requests;
    },
    close: () => port.close(),
  };
}

function once<T>(known: Map<string, T>, key: string, ask: () => T): T {
  const before = known.get(key);
  if (before !== undefined) return before;
  const answer = ask();
  known.set(key, answer);
  return answer;
}

/** Lists every planned kind in the namespaces of the scope. */
export async function collectScope(
  port: ClusterPort,
  plan: CollectionPlan,
  namespaces: readonly string[] | 'all',
  into: Into,
): Promise<void> {
  const places = namespaces === 'all' ? [undefined] : namespaces;
  const queries = plan.kinds.flatMap(({ kind, group }) => {
    const info = kindNamed(kind, group);
    if (!info) return [];
    return places.map((namespace): ListQuery => ({
      info,
      staleAllowed: true,
      ...(namespace === undefined ? {} : { namespace }),
    }));
  });
  await Promise.all(queries.map((query) => readList(port, query, into)));
}

/** Key under which a request is never sent twice. */
export function requestKey(request: EvidenceRequest): string {
  return JSON.stringify(request);
}

/** False for kinds that Inferscope does not know where to ask for: such a request would only use up the bound. */
export function canCollect(request: EvidenceRequest): boolean {
  switch (request.type) {
    case 'log':
      return true;
    case 'list':
      return kindNamed(request.kind, request.group) !== undefined;
    case 'object':
      return request.ref.name !== '' && kindNamed(request.ref.kind, groupOf(request.ref.apiVersion)) !== undefined;
  }
}

/** Fetches single pieces of evidence that rules asked for. */
export async function collectRequests(
  port: ClusterPort,
  requests: readonly EvidenceRequest[],
  into: Into,
): Promise<void> {
  await Promise.all(requests.map((request) => collectRequest(port, request, into)));
}

async function collectRequest(port: ClusterPort, request: EvidenceRequest, into: Into): Promise<void> {
  switch (request.type) {
    case 'object':
      await readObject(port, request.ref, into);
      return;
    case 'list': {
      const info = kindNamed(request.kind, request.group);
      if (info)
        await readList(
          port,
          { info, staleAllowed: true, ...(request.namespace === undefined ? {} : { namespace: request.namespace }) },
          into,
        );
      return;
    }
    case 'log':
      await readLog(port, request.pod, request.container, request.previous, into);
  }
}
