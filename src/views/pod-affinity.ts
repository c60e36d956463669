/** The labels in a pod's required affinity to other pods, and in its spread constraints, as text. Reads one Pod. */
import { listAt, numberAt, textAt, textMapAt } from '../model/json.ts';
import type { KubeObject } from '../model/reader.ts';

/** `app=cache (per kubernetes.io/hostname)`. */
export function affinityText(pod: KubeObject, which: 'podAffinity' | 'podAntiAffinity'): string {
  const terms = listAt(pod.body, 'spec', 'affinity', which, 'requiredDuringSchedulingIgnoredDuringExecution');
  const texts = terms.map((term) => `${selectorText(term)} (per ${textAt(term, 'topologyKey') ?? 'node'})`);
  return texts.slice(0, 3).join(' and ') || 'labels that were not seen';
}

/** `at most 1 more per topology.kubernetes.io/zone`, of the constraints that are not only wishes. */
export function spreadText(pod: KubeObject): string {
  const constraints = listAt(pod.body, 'spec', 'topologySpreadConstraints').filter(
    (entry) => textAt(entry, 'whenUnsatisfiable') !== 'ScheduleAnyway',
  );
  const texts = constraints.map(
    (entry) =>
      `at most ${numberAt(entry, 'maxSkew') ?? 1} more in one ${textAt(entry, 'topologyKey') ?? 'domain'} than in another`,
  );
  return texts.slice(0, 3).join(' and ') || 'an even spread';
}

function selectorText(term: unknown): string {
  const labels = Object.entries(textMapAt(term, 'labelSelector', 'matchLabels')).map(
    ([key, value]) => `${key}=${value}`,
  );
  const expressions = listAt(term, 'labelSelector', 'matchExpressions').map((entry) => {
    const values = listAt(entry, 'values').filter((value) => typeof value === 'string');
    return `${textAt(entry, 'key') ?? ''} ${textAt(entry, 'operator') ?? ''}${values.length === 0 ? '' : ` (${values.slice(0, 4).join(', ')})`}`;
  });
  return [...labels, ...expressions].slice(0, 4).join(', ') || 'any labels';
}
