/**
 * Whether requests that were really sent show that a server of models has none: its own list of models is empty, and so it knows no name. Why it has no
 * model is told elsewhere.
 */
import type { Citation } from '../model/evidence.ts';
import { listAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import { citeExchange, exchangeJudgement } from './exchange-judgement.ts';
import { servedModels } from './exchange-models.ts';
import { ownerTree } from './owner-tree.ts';
import { podState } from './pod-state.ts';

export interface EmptyServer {
  readonly cite: Citation;
  /** The answer to a prediction, where one was asked for. */
  readonly refused?: Citation;
}

/** For a Pod; undefined where its server listed a model, or nobody asked. */
export const emptyServer = defineView<EmptyServer | undefined>({
  id: 'empty-server',
  needs: [],
  uses: [ownerTree, podState, servedModels, exchangeJudgement],
  derive(context, subject) {
    const { root } = context.use(ownerTree, subject);
    const { listed } = context.use(servedModels, root);
    if (listed === undefined || listed.names.length > 0) return undefined;
    const state = context.use(podState, subject);
    // KServe's agent loads the models of TrainedModels one by one (kserve cmd/agent): without any an empty list is right.
    if (state.state !== 'present' || state.value.containers.some((container) => isPuller(container.spec)))
      return undefined;
    const refused = context
      .use(exchangeJudgement, root)
      .failing.findLast((failed) => failed.answer.kind === 'model-unknown' && failed.asks?.encodedColon !== true);
    return { cite: listed.cite, ...(refused === undefined ? {} : { refused: citeExchange(refused) }) };
  },
});

/** Whether the agent beside the server fetches its models later, as TrainedModels come (kserve pkg/webhook/admission/pod/agent_injector.go). */
export function isPuller(spec: unknown): boolean {
  return listAt(spec, 'args').some((word) => word === '--enable-puller');
}
