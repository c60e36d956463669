/**
 * For a Service that selects no pod: the pods that it may mean, judged by their labels and their workload's name, and how they differ from
 * the selector. Says nothing about a Service whose workload exists and has no pods, which is scaled to zero.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { at, listAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { ownerTree } from './owner-tree.ts';
import { nearestNames } from './parse/nearest-name.ts';
import { matchesLabels } from './parse/selector.ts';
import { podState } from './pod-state.ts';

export interface LabelDifference {
  readonly key: string;
  readonly value: string;
  /** What the pod has instead; absent where it has nothing alike. */
  readonly instead?: { readonly key: string; readonly value: string };
}

export interface SelectorCandidate {
  readonly pod: KubeObject;
  readonly workload: ResourceRef;
  readonly ready: boolean;
  readonly differences: readonly LabelDifference[];
  readonly why: 'other-key' | 'near-value' | 'other-value' | 'workload-name';
  /** Names of other Services that select this pod. */
  readonly servedBy: readonly string[];
  readonly cite: Citation;
}

export interface SelectorCandidates {
  readonly service: KubeObject;
  readonly selector: Readonly<Record<string, string>>;
  /** Whether the pods of the namespace were all seen. */
  readonly listed: Lookup<true>;
  readonly matching: number;
  /** A workload whose template has the selector's labels: its pods are wanted, or refused, but not mislabelled. */
  readonly promised?: KubeObject;
  /** Nearest first. */
  readonly candidates: readonly SelectorCandidate[];
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'ReplicationController'] as const;
/** Labels that many unrelated pods share. */
const SHARED_KEYS =
  /(?:managed-by|part-of|pod-template-hash|controller-revision-hash|chart|heritage|environment|^env$|^tier$|^team$|^release$|version)/;
const SHARED_VALUES = new Set([
  'true',
  'false',
  'enabled',
  'production',
  'prod',
  'staging',
  'dev',
  'stable',
  'v1',
  'v2',
  'latest',
  'helm',
]);

export const selectorCandidates = defineView<Lookup<SelectorCandidates>>({
  id: 'selector-candidates',
  needs: [
    { type: 'object', kind: 'Service' },
    { type: 'object', kind: 'Pod' },
    ...WORKLOADS.map((kind) => ({ type: 'object', kind }) as const),
  ],
  uses: [podState, ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const service = found.value;
    const selector = textMapAt(service.body, 'spec', 'selector');
    const inNamespace = subject.namespace === undefined ? {} : { namespace: subject.namespace };
    const listing = context.list('Pod', inNamespace);
    const matching = listing.items.filter((pod) => matchesLabels(selector, labelsOf(pod))).length;
    const promised = WORKLOADS.flatMap((kind) => context.list(kind, inNamespace).items).find((workload) =>
      matchesLabels(selector, textMapAt(workload.body, 'spec', 'template', 'metadata', 'labels')),
    );
    const candidates =
      matching > 0 || promised !== undefined ? [] : candidatesFor(context, service, selector, listing.items);
    const common = { service, selector, listed: listing.complete, matching, candidates };
    return {
      state: 'present',
      cite: found.cite,
      value: { ...common, ...(promised === undefined ? {} : { promised }) },
    };
  },
});

function labelsOf(pod: KubeObject): Readonly<Record<string, string>> {
  return textMapAt(pod.body, 'metadata', 'labels');
}

function candidatesFor(
  context: ViewContext,
  service: KubeObject,
  selector: Readonly<Record<string, string>>,
  pods: readonly KubeObject[],
): readonly SelectorCandidate[] {
  const others = context
    .list('Service', {
      group: '',
      ...(service.ref.namespace === undefined ? {} : { namespace: service.ref.namespace }),
    })
    .items.filter((other) => other.ref.name !== service.ref.name);
  const seen = new Set<string>();
  const scored: { readonly candidate: SelectorCandidate; readonly score: number }[] = [];
  for (const pod of pods) {
    const state = context.use(podState, pod.ref);
    if (state.state !== 'present' || state.value.finished || state.value.phase === 'Failed') continue;
    const workload = context.use(ownerTree, pod.ref).root;
    const key = `${workload.kind}/${workload.name}`;
    if (seen.has(key) || workload.kind === 'Job') continue;
    const judged = judge(service, selector, labelsOf(pod), workload.name);
    if (!judged) continue;
    seen.add(key);
    const servedBy = others.filter((other) => selects(other, labelsOf(pod))).map((other) => other.ref.name);
    const cite = pod.cite(`labels of Pod ${pod.ref.name}`, '/metadata/labels');
    scored.push({
      score: judged.score,
      candidate: {
        pod,
        workload,
        ready: state.value.ready,
        differences: judged.differences,
        why: judged.why,
        servedBy,
        cite,
      },
    });
  }
  return scored.sort((one, other) => other.score - one.score).map((entry) => entry.candidate);
}

function selects(service: KubeObject, labels: Readonly<Record<string, string>>): boolean {
  const selector = textMapAt(service.body, 'spec', 'selector');
  return Object.keys(selector).length > 0 && matchesLabels(selector, labels);
}

function judge(
  service: KubeObject,
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
  workload: string,
):
  | { readonly differences: readonly LabelDifference[]; readonly why: SelectorCandidate['why']; readonly score: number }
  | undefined {
  const pairs = Object.entries(selector);
  const differences = pairs
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => differenceOf(key, value, labels));
  const met = pairs.filter(([key, value]) => labels[key] === value && isTelling(key, value)).length;
  const sameName = workload === service.ref.name ? 1 : 0;
  const explained = differences.every((difference) => difference.instead !== undefined);
  const moved = differences.some(
    (difference) => difference.instead !== undefined && difference.instead.key !== difference.key,
  );
  const near = differences.some(
    (difference) => difference.instead?.key === difference.key && isNear(difference.value, difference.instead.value),
  );
  const score = 2 * met + 4 * sameName + (moved ? 3 : 0) + (near ? 3 : 0);
  if (explained && moved) return { differences, why: 'other-key', score };
  if (explained && near) return { differences, why: 'near-value', score };
  if (sameName === 1) return { differences, why: 'workload-name', score };
  return met > 0 && explained ? { differences, why: 'other-value', score } : undefined;
}

function differenceOf(key: string, value: string, labels: Readonly<Record<string, string>>): LabelDifference {
  if (isTelling(key, value)) {
    const other = Object.keys(labels).find((candidate) => labels[candidate] === value && !/hash/.test(candidate));
    if (other !== undefined) return { key, value, instead: { key: other, value } };
  }
  const own = labels[key];
  if (own !== undefined) return { key, value, instead: { key, value: own } };
  // The key itself may be misspelt: `ap`, `app.kubernetes.io/nane`.
  const [nearKey] = nearestNames(
    key,
    Object.keys(labels).filter((candidate) => labels[candidate] === value),
    1,
  );
  return nearKey === undefined ? { key, value } : { key, value, instead: { key: nearKey, value } };
}

function isTelling(key: string, value: string): boolean {
  return !SHARED_KEYS.test(key) && !SHARED_VALUES.has(value.toLowerCase());
}

/** A slip of the pen, not a longer name: `recomender` for `recommender`, and not `demand-canary` for `demand`. */
function isNear(wanted: string, given: string): boolean {
  return Math.abs(wanted.length - given.length) <= 2 && nearestNames(wanted, [given], 1).length > 0;
}

/** Whether a controller of the serving stack or another operator wrote the Service: its selector is not a person's to mend. */
export function controllerOfService(service: KubeObject): string | undefined {
  const owner = listAt(service.body, 'metadata', 'ownerReferences').find(
    (reference) => at(reference, 'controller') === true,
  );
  return textAt(owner, 'kind');
}
