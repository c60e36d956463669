/**
 * The rounds of a live preflight: read what tells which profiles apply, list what their checks look at, judge, fetch what checks asked for, judge again.
 * Joins the collector and the engine, which do not know each other.
 */
import type { ClusterPort } from '../collect/port.ts';
import { readList } from '../collect/read.ts';
import {
  canCollect,
  collectRequests,
  collectScope,
  createCollection,
  rememberAnswers,
  requestKey,
  type Collection,
} from '../collect/run.ts';
import { preflight, type PreflightRun } from '../engine/preflight.ts';
import { preflightPlan, profilesOf, type PreflightPlan } from '../engine/preflight-plan.ts';
import type { EvidenceRequest, ObjectEvidence, Snapshot } from '../model/evidence.ts';
import { kindNamed } from '../model/kinds.ts';
import type { AnyRule } from '../rules/define.ts';

/** Beyond the lists of the plan. */
const MOST_REQUESTS = 40;
const MOST_ROUNDS = 6;

/** `namespace`: kinds that live in namespaces are listed there only, for a person who may not read the others. */
export async function preflightLive(
  cluster: ClusterPort,
  intent: ObjectEvidence,
  rules: readonly AnyRule[],
  namespace: string | undefined,
  onProgress: (text: string) => void = () => undefined,
): Promise<PreflightRun & { readonly snapshot: Snapshot }> {
  const port = rememberAnswers(cluster);
  const scope = { namespaces: namespace === undefined ? ('all' as const) : [namespace], clusterScoped: true };
  const collection = createCollection(port, scope);
  collection.add({ evidence: [intent], gaps: [] });
  onProgress('reading namespaces');
  await collectScope(port, { kinds: [{ kind: 'Namespace', group: '' }] }, 'all', collection);
  const plan = preflightPlan(rules, profilesOf(await collection.snapshot()));
  onProgress(`reading ${plan.kinds.length + plan.within.length} lists`);
  await collectPlan(port, plan, namespace, collection);
  const sent = new Set<string>();
  let left = MOST_REQUESTS;
  for (let round = 0; ; round += 1) {
    const snapshot = await collection.snapshot();
    const run = preflight(snapshot, rules);
    const wanted = run.wanted
      .filter((one) => canCollect(one) && !isTooWide(one, namespace) && !sent.has(requestKey(one)))
      .slice(0, left);
    if (wanted.length === 0 || round === MOST_ROUNDS) return { ...run, snapshot };
    left -= wanted.length;
    for (const one of wanted) sent.add(requestKey(one));
    onProgress(`reading ${wanted.length} more`);
    await collectRequests(port, wanted, collection);
  }
}

async function collectPlan(
  port: ClusterPort,
  { kinds, within }: PreflightPlan,
  namespace: string | undefined,
  into: Collection,
): Promise<void> {
  const isNamespaced = ({ kind, group }: PreflightPlan['kinds'][number]): boolean =>
    kindNamed(kind, group)?.namespaced === true;
  const places = namespace === undefined ? 'all' : [namespace];
  await Promise.all([
    collectScope(port, { kinds: kinds.filter(isNamespaced) }, places, into),
    collectScope(port, { kinds: kinds.filter((kind) => !isNamespaced(kind)) }, 'all', into),
    ...within.map(async (planned) => {
      const info = kindNamed(planned.kind, planned.group);
      if (info !== undefined) await readList(port, { info, namespace: planned.namespace, staleAllowed: true }, into);
    }),
  ]);
}

/** Secrets of the whole cluster are never listed; and where one namespace was named, no other is searched for more. */
function isTooWide(request: EvidenceRequest, namespace: string | undefined): boolean {
  if (request.type !== 'list' || request.namespace !== undefined) return false;
  const isNamespaced = kindNamed(request.kind, request.group)?.namespaced === true;
  return isNamespaced && (namespace !== undefined || (request.kind === 'Secret' && request.group === ''));
}
