/**
 * What a second round of collection should fetch: the requests carried by gaps of rules that could not decide, and those that would let a
 * found cause say more (the number that a quota allows, the labels that nodes have). Earlier stages first, one log per group of look-alike pods.
 */
import type { EvidenceGap, EvidenceRequest } from '../model/evidence.ts';
import { STAGES } from '../model/finding.ts';
import { groupOf } from '../model/reference.ts';
import { lookAlikeKey, type ReadElsewhere } from './siblings.ts';
import type { RuleRun } from './run-rules.ts';
import type { EngineContext } from './view-context.ts';

/**
 * Kinds that may be listed over the whole cluster to explain one object: they are few, or (pods) nothing less shows what room a node has.
 * Of all others only single objects and lists of one namespace are asked for.
 */
const WIDE: ReadonlySet<string> = new Set([
  'Node',
  'Pod',
  'Namespace',
  'StorageClass',
  'PriorityClass',
  'RuntimeClass',
  'ClusterServingRuntime',
  'ClusterStorageContainer',
  'GatewayClass',
  'IngressClass',
  'InstanceType',
  'OnlineEndpoint',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
]);

/** Requests in two groups, each with the most telling first; each request once. */
export interface Wanted {
  /** What decides up to the start of the container, and what a found cause would say more with. */
  readonly first: readonly EvidenceRequest[];
  /** What later stages ask for: worth it when `first` is done, since a cause found there makes most of it idle. */
  readonly later: readonly EvidenceRequest[];
}

const LAST_OF_FIRST = STAGES.indexOf('start');

export function wantedRequests(runs: readonly RuleRun[], context: EngineContext, elsewhere: ReadElsewhere): Wanted {
  const wanted = new Map<
    string,
    { readonly request: EvidenceRequest; readonly rank: number; readonly first: boolean }
  >();
  const served = new Set<string>();
  for (const run of runs) {
    for (const gap of gapsOf(run, context)) {
      const { request } = gap;
      if (request === undefined || isTooWide(request) || elsewhere(request)) continue;
      if (request.type === 'log') {
        const group = lookAlikeKey(context, request.pod) ?? `${request.pod.namespace ?? ''}/${request.pod.name}`;
        const key = `${group}|${request.container}|${request.previous}`;
        if (served.has(key) && !wanted.has(gap.id)) continue;
        served.add(key);
      }
      const rank = STAGES.indexOf(run.rule.stage);
      const known = wanted.get(gap.id);
      const first = known?.first === true || rank <= LAST_OF_FIRST || run.verdict.state === 'found';
      wanted.set(gap.id, { request, rank: Math.min(rank, known?.rank ?? rank), first });
    }
  }
  const ranked = [...wanted.values()].sort((a, b) => a.rank - b.rank);
  const first = withoutCovered(
    ranked.flatMap((entry) => (entry.first ? [entry.request] : [])),
    [],
  );
  return {
    first,
    later: withoutCovered(
      ranked.flatMap((entry) => (entry.first ? [] : [entry.request])),
      first,
    ),
  };
}

/** Without what a list among them, or among `others`, shows as well. */
function withoutCovered(
  requests: readonly EvidenceRequest[],
  others: readonly EvidenceRequest[],
): readonly EvidenceRequest[] {
  const lists = new Set(
    [...requests, ...others].flatMap((request) =>
      request.type === 'list' ? [listKey(request.kind, request.group, request.namespace)] : [],
    ),
  );
  return requests.filter((request) => !isCovered(request, lists));
}

function gapsOf({ rule, on, verdict }: RuleRun, context: EngineContext): readonly EvidenceGap[] {
  if (verdict.state === 'unknown') return verdict.gaps;
  if (verdict.state !== 'found' || rule.role !== 'cause') return [];
  return [...(verdict.wants ?? []), ...Object.values(rule.needs).flatMap((view) => context.missed(view, on))];
}

function isTooWide(request: EvidenceRequest): boolean {
  return request.type === 'list' && request.namespace === undefined && !WIDE.has(request.kind);
}

function listKey(kind: string, group: string, namespace: string | undefined): string {
  return `${group}|${kind}|${namespace ?? ''}`;
}

/** What a list shows need not be asked for one by one. */
function isCovered(request: EvidenceRequest, lists: ReadonlySet<string>): boolean {
  switch (request.type) {
    case 'log':
      return false;
    case 'list':
      return request.namespace !== undefined && lists.has(listKey(request.kind, request.group, undefined));
    case 'object': {
      const { ref } = request;
      const group = groupOf(ref.apiVersion);
      return (
        lists.has(listKey(ref.kind, group, undefined)) ||
        (ref.namespace !== undefined && lists.has(listKey(ref.kind, group, ref.namespace)))
      );
    }
  }
}
