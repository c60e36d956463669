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
import type { Evidence, EvidenceRequest, Snapshot } from '../model/evidence.ts';
import { kindWord } from '../model/kinds.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { PLATFORM_LABELS } from '../model/serving-relations.ts';
import type { AnyRule } from '../rules/define.ts';

export interface LiveQuestion {
  readonly asked: readonly ResourceRef[];
  readonly namespaces: readonly string[] | 'all';
  /** What a person gave besides: the words of a tool. */
  readonly given?: readonly Evidence[];
}

/** Requests that one object may cost; the mission's bound. */
const MOST_REQUESTS_PER_OBJECT = 10;
/** An object that a serving platform runs: the objects between it and its pods are read too, and logs of suspects come on top. */
const MOST_REQUESTS_PER_CHAIN = 12;
const MOST_LOGS_PER_CHAIN = 8;
/** Beyond the lists of a scope: logs and single objects for what is not healthy. */
const MOST_REQUESTS_FOR_SCOPE = 60;
const MOST_ROUNDS = 8;

export async function diagnoseLive(
  cluster: ClusterPort,
  question: LiveQuestion,
  rules: readonly AnyRule[],
  onProgress: (text: string) => void = () => undefined,
): Promise<DiagnoseResult & { snapshot: Snapshot; logs: number }> {
  const { asked, namespaces } = question;
  const port = rememberAnswers(cluster);
  const collection = createCollection(port, { namespaces, clusterScoped: true });
  collection.add({ evidence: question.given ?? [], gaps: [] });
  if (asked.length === 0) {
    onProgress(`reading ${namespaces === 'all' ? 'all namespaces' : namespaces.join(', ')}`);
    await collectScope(port, planFor(rules), namespaces, collection);
  } else {
    onProgress(`reading ${asked.map((ref) => `${kindWord(ref)}/${ref.name}`).join(', ')}`);
    for (const ref of asked) await collectAround(port, ref, collection);
  }
  const budget = budgetFor(asked, port.requests);
  const sent = new Set<string>();
  let logs = 0;
  for (let round = 0; ; round += 1) {
    const snapshot = await collection.snapshot();
    const result = diagnose(snapshot, { rules, asked, namespaces });
    const left = Math.max(0, budget.requests - (port.requests - Math.min(logs, budget.logs)));
    const open = [result.wanted, result.wantedLater].map((requests) =>
      requests.filter((request) => canCollect(request) && !sent.has(requestKey(request))),
    );
    const wanted = within(open.find((requests) => requests.length > 0) ?? [], left, budget.logs - logs);
    if (wanted.length === 0 || round === MOST_ROUNDS) return { ...result, snapshot, logs };
    for (const request of wanted) {
      sent.add(requestKey(request));
      if (request.type === 'log') logs += 1;
    }
    onProgress(`reading ${wanted.length} more`);
    await collectRequests(port, wanted, collection);
  }
}

interface Budget {
  /** Requests in all, without those logs that come on top. */
  readonly requests: number;
  readonly logs: number;
}

function budgetFor(asked: readonly ResourceRef[], spent: number): Budget {
  if (asked.length === 0) return { requests: spent + MOST_REQUESTS_FOR_SCOPE, logs: 0 };
  const chains = asked.filter((ref) => CHAINS.has(`${ref.kind}.${groupOf(ref.apiVersion)}`)).length;
  return {
    requests: MOST_REQUESTS_PER_CHAIN * chains + MOST_REQUESTS_PER_OBJECT * (asked.length - chains),
    logs: MOST_LOGS_PER_CHAIN * chains,
  };
}

const CHAINS: ReadonlySet<string> = new Set([
  ...Object.keys(PLATFORM_LABELS),
  'Route.serving.knative.dev',
  'DomainMapping.serving.knative.dev',
  'TrainedModel.serving.kserve.io',
  'TrainedModel.serving.kubeflow.org',
]);

/** The first of them that the bounds allow: `left` of any kind, and `logs` more of logs. */
function within(requests: readonly EvidenceRequest[], left: number, logs: number): readonly EvidenceRequest[] {
  let any = left;
  let onTop = Math.max(0, logs);
  return requests.filter((request) => {
    if (request.type === 'log' && onTop > 0) {
      onTop -= 1;
      return true;
    }
    any -= 1;
    return any >= 0;
  });
}
