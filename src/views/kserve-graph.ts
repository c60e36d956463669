/** The steps of an InferenceGraph that name InferenceServices, and whether those exist. What a step's service says of itself is for others to read. */
import type { Lookup } from '../model/evidence.ts';
import { isObject, listAt, objectAt, pointerTo, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { nearestNames } from './parse/nearest-name.ts';
import { kubeObject } from './kube-object.ts';

export interface GraphStep {
  /** The step's name, or that of what it calls. */
  readonly name: string;
  /** The InferenceService that it names. */
  readonly target: string;
  readonly pointer: string;
  readonly service: Lookup<KubeObject>;
  /** Existing InferenceServices of the namespace whose names look like it. */
  readonly similar: readonly string[];
}

export interface GraphSteps {
  readonly graph: KubeObject;
  readonly named: readonly GraphStep[];
}

/** A graph of more steps is not written by hand. */
const MOST_STEPS = 200;

export const graphSteps = defineView<Lookup<GraphSteps>>({
  id: 'graph-steps',
  needs: [{ type: 'object', kind: 'InferenceService' }],
  uses: [kubeObject],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    const graph = found.value;
    const scope = subject.namespace === undefined ? {} : { namespace: subject.namespace };
    // The graph's own group: KServe never had one in KFServing's.
    const listing = context.list('InferenceService', { ...scope, group: 'serving.kserve.io' });
    const names = listing.items.map(({ ref }) => ref.name);
    const nodes = objectAt(graph.body, 'spec', 'nodes') ?? {};
    const named = Object.entries(nodes).flatMap(([node, spec]) =>
      listAt(spec, 'steps').flatMap((step, index): GraphStep[] => {
        const target = textAt(step, 'serviceName');
        if (!isObject(step) || target === undefined || target === '') return [];
        const ref = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', name: target, ...scope };
        const service = context.object(ref);
        return [
          {
            name: textAt(step, 'name') ?? target,
            target,
            pointer: pointerTo('spec', 'nodes', node, 'steps', index),
            service,
            similar: service.state === 'absent' ? nearestNames(target, names) : [],
          },
        ];
      }),
    );
    return { state: 'present', cite: found.cite, value: { graph, named: named.slice(0, MOST_STEPS) } };
  },
});
