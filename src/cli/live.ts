/**
 * The rounds of a live diagnosis: collect, diagnose, fetch what rules asked for, diagnose again. Joins the collector and the engine, which do not
 * know each other.
 */
import { collectAround } from '../collect/around.ts';
import {
  canCollect,
  collectRequests,
  collectScope,
  createCollection,
  rememberAnswers,
  requestKey,
} from '../collect/run.ts';
import type { ClusterPort } from '../collect/port.ts';
import { diagnose, type DiagnoseResult } from '../engine/diagnose.ts';
import { planFor } from '../engine/plan.ts';
import type { Snapshot } from '../model/evidence.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { AnyRule } from '../rules/define.ts';

export interface LiveQuestion {
  readonly asked: readonly ResourceRef[];
  readonly namespaces: readonly string[] | 'all';
}

/** Requests that one object may cost; the mission's bound. */
const MOST_REQUESTS_PER_OBJECT = 10;
/** Beyond the lists of a scope: logs and single objects for what is not healthy. */
const MOST_REQUESTS_FOR_SCOPE = 60;
const MOST_ROUNDS = 8;

export async function diagnoseLive(
  cluster: ClusterPort,
  question: LiveQuestion,
  rules: readonly AnyRule[],
  onProgress: (text: string) => void = () => undefined,
): Promise<DiagnoseResult & { snapshot: Snapshot }> {
  const { asked, namespaces } = question;
  const port = rememberAnswers(cluster);
  const collection = createCollection(port, { namespaces, clusterScoped: true });
  if (asked.length === 0) {
    onProgress(`reading ${namespaces === 'all' ? 'all namespaces' : namespaces.join(', ')}`);
    await collectScope(port, planFor(rules), namespaces, collection);
  } else {
    onProgress(`reading ${asked.map((ref) => `${ref.kind.toLowerCase()}/${ref.name}`).join(', ')}`);
    for (const ref of asked) await collectAround(port, ref, collection);
  }
  const budget = asked.length === 0 ? port.requests + MOST_REQUESTS_FOR_SCOPE : MOST_REQUESTS_PER_OBJECT * asked.length;
  const sent = new Set<string>();
  for (let round = 0; ; round += 1) {
    const snapshot = await collection.snapshot();
    const result = diagnose(snapshot, { rules, asked, namespaces });
    const left = Math.max(0, budget - port.requests);
    const open = [result.wanted, result.wantedLater].map((requests) =>
      requests.filter((request) => canCollect(request) && !sent.has(requestKey(request))),
    );
    const wanted = (open.find((requests) => requests.length > 0) ?? []).slice(0, left);
    if (wanted.length === 0 || round === MOST_ROUNDS) return { ...result, snapshot };
    for (const request of wanted) sent.add(requestKey(request));
    onProgress(`reading ${wanted.length} more`);
    await collectRequests(port, wanted, collection);
  }
}
