/** Which node labels a pod wants that no node has, and what the nodes have instead. Reads only what `scheduling` holds. */
import type { Citation } from '../model/evidence.ts';
import { textMapAt } from '../model/json.ts';
import type { Scheduling } from './scheduling.ts';
import { requiredTerms } from './node-fit.ts';
import { nearestNames } from './parse/nearest-name.ts';

export interface LabelDemand {
  /** Everything that is wanted and not met on the node that comes nearest. */
  readonly wanted: string;
  /** The one label that no node meets; undefined where each is met by some node, or the demand is no plain `key=value`. */
  readonly key?: string;
  readonly label?: string;
  /** Values of that label that nodes have. */
  readonly have: readonly string[];
  /** The value that was plausibly meant. */
  readonly nearest?: string;
  /** Whether the label stands in nodeSelector; otherwise in the node affinity. */
  readonly inSelector: boolean;
  readonly cite: readonly Citation[];
}

export function labelDemand(scheduling: Scheduling): LabelDemand {
  const { pod, nodes } = scheduling;
  const selector = textMapAt(pod.body, 'spec', 'nodeSelector');
  const unmetEverywhere = Object.entries(selector).filter(([key, value]) =>
    nodes.every((fit) => fit.state.labels[key] !== value),
  );
  const fewest = nodes
    .flatMap((fit) => fit.misfits.flatMap((misfit) => (misfit.kind === 'node-selector' ? [misfit.unmet] : [])))
    .sort((one, other) => one.length - other.length)[0];
  const all = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  const wanted =
    unmetEverywhere.length > 0 ? unmetEverywhere.map(([key, value]) => `${key}=${value}`) : (fewest ?? all);
  const single = wanted.length === 1 ? /^([^\s=]+)=(\S*)$/.exec(wanted[0] ?? '') : null;
  const key = unmetEverywhere[0]?.[0] ?? single?.[1];
  const value = unmetEverywhere[0]?.[1] ?? single?.[2] ?? '';
  const have =
    key === undefined
      ? []
      : [...new Set(nodes.map((fit) => fit.state.labels[key]).filter((entry) => entry !== undefined))]
          .sort()
          .slice(0, 6);
  const [nearest, ...others] = unmetEverywhere.length > 0 ? nearestNames(value, have) : [];
  const pointer =
    Object.keys(selector).length > 0
      ? '/spec/nodeSelector'
      : requiredTerms(pod) === undefined
        ? '/spec'
        : '/spec/affinity/nodeAffinity';
  return {
    wanted: wanted.length > 0 ? wanted.slice(0, 4).join(' and ') : 'labels that were not seen',
    ...(key === undefined ? {} : { key, label: `${key}=${value}` }),
    have,
    ...(nearest === undefined || others.length > 0 ? {} : { nearest }),
    inSelector: unmetEverywhere.length > 0,
    cite: [
      ...(scheduling.template === undefined
        ? []
        : [scheduling.template.cite('node labels that the template wants', `/spec/template${pointer}`)]),
      pod.cite('node labels that the pod wants', pointer),
    ],
  };
}
