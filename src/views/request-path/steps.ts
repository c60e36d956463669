/**
 * What the called server calls in turn: a transformer or an explainer its predictor, an InferenceGraph's router its steps. Each is one hop that stands for
 * a whole path inside the cluster; it is traced on its own by its own name.
 */
import { objectAt } from '../../model/json.ts';
import type { ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { nameOfComponent, type Entry } from './entry.ts';
import { graphSteps } from './graph-steps.ts';
import { matchKnative } from './knative-route.ts';
import type { ModelRequest } from './model-hop.ts';
import { failing, passing, unknownHop, type Hop } from './path-types.ts';
import { targetHops } from './target-hops.ts';

export function stepHops(context: ViewContext, entry: Entry, request: ModelRequest): readonly Hop[] {
  if (entry.component === 'router') return graphSteps(context, entry);
  if (entry.component !== 'transformer' && entry.component !== 'explainer') return [];
  if (objectAt(entry.object.body, 'spec', 'predictor') === undefined) return [];
  const { namespace } = entry;
  const predictor = nameOfComponent(context, entry.object, 'predictor', entry.mode);
  const host = `${predictor}.${namespace}`;
  const says = `The ${entry.component} calls http://${predictor}.${namespace}`;
  const step = { id: 'step' as const, title: 'predictor' };
  if (entry.mode === 'service') {
    const service: ResourceRef = { apiVersion: 'v1', kind: 'Service', namespace, name: predictor };
    return [
      summed(
        step,
        says,
        targetHops(context, { service, port: 80, percent: 100 }, { request, host, asked: entry.object.ref }),
      ),
    ];
  }
  const matched = matchKnative(context, host, request.path, 'cluster-local', namespace);
  if (matched.state === 'unknown')
    return [
      unknownHop({
        ...step,
        says: `${says}; whether the gateway has a route for it was not read`,
        gaps: [matched.gap],
      }),
    ];
  if (matched.state === 'none')
    return [
      failing({
        ...step,
        says: `${says}, for which the gateway has no route`,
        citations: matched.citations,
        answer: { status: 500, flag: '-', words: `the ${entry.component} gets 404 from the gateway` },
      }),
    ];
  const [to] = matched.match.backends;
  return to === undefined
    ? []
    : [summed(step, says, targetHops(context, to, { request, host, asked: entry.object.ref }))];
}

/** One hop for a whole path: it passes as its worst hop does. */
function summed(step: Pick<Hop, 'id' | 'title'>, says: string, hops: readonly Hop[]): Hop {
  const worst = hops.find((hop) => hop.state === 'fails') ?? hops.find((hop) => hop.state === 'unknown');
  if (worst === undefined) return passing({ ...step, says, citations: hops.flatMap((hop) => hop.citations).slice(-2) });
  const parts = {
    ...step,
    ...(worst.object === undefined ? {} : { object: worst.object }),
    says: `${says}: ${worst.title}: ${worst.says}`,
    citations: worst.citations,
    gaps: worst.gaps,
  };
  if (worst.state === 'unknown') return unknownHop(parts);
  return failing({
    ...parts,
    answer: { status: 500, flag: '-', words: `the call ends with ${worst.answer?.status ?? 'no answer'}` },
    ...(worst.todo === undefined ? {} : { todo: worst.todo }),
    ...(worst.command === undefined ? {} : { command: worst.command }),
  });
}
