/**
 * Fixes for Services: the selector and the target port. A patch of a Service takes effect at once and restarts no pod.
 */
import type { Lookup } from '../model/evidence.ts';
import type { Fix, Step } from '../model/finding.ts';
import type { KubeObject } from '../model/reader.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import type { LabelDifference } from '../views/selector-candidates.ts';
import type { ServicePort } from '../views/service-endpoints.ts';
import { fix, kubectl, manual, patch } from './build.ts';

const AT_ONCE = 'The Service sends requests to these pods at once; no pod is restarted.';

export function selectThePods(
  service: KubeObject,
  differences: readonly LabelDifference[],
  owner: Lookup<FieldOwner>,
): Fix | undefined {
  const forward: Record<string, string | null> = {};
  const back: Record<string, string | null> = {};
  for (const { key, value, instead } of differences) {
    if (instead === undefined) return undefined;
    if (instead.key !== key) {
      forward[key] = null;
      back[instead.key] = null;
    }
    forward[instead.key] = instead.value;
    back[key] = value;
  }
  const words = differences.map(({ instead }) => `${instead?.key ?? ''}=${instead?.value ?? ''}`).join(', ');
  return fix({
    title: `Let Service ${service.ref.name} select ${words}`,
    applicability: 'review',
    effect: AT_ONCE,
    steps: [patch(service.ref, { spec: { selector: forward } })],
    undo: [patch(service.ref, { spec: { selector: back } })],
    verify: endpointsOf(service),
    owner,
  });
}

export function targetThePort(
  service: KubeObject,
  port: ServicePort,
  target: number | string,
  owner: Lookup<FieldOwner>,
): Fix {
  const path = `${port.pointer}/targetPort`;
  return fix({
    title: `Let port ${port.port} of Service ${service.ref.name} lead to ${typeof target === 'number' ? `port ${target}` : `the port named ${target}`}`,
    applicability: 'review',
    effect: AT_ONCE,
    // `replace` works where the field was left out in the manifest too: the API server fills in the default.
    steps: [patch(service.ref, [{ op: 'replace', path, value: target }], 'json')],
    undo: [patch(service.ref, [{ op: 'replace', path, value: port.targetPort }], 'json')],
    verify: endpointsOf(service),
    owner,
  });
}

export function declareThePort(service: KubeObject, name: string, owner: Lookup<FieldOwner>): Fix {
  return fix({
    title: `Let Service ${service.ref.name} name a port that its pods declare`,
    applicability: 'advice',
    effect: AT_ONCE,
    steps: [
      manual(
        `Set targetPort of Service ${service.ref.name} to the name or number of the right container port, or name that container port ${name}.`,
      ),
    ],
    verify: endpointsOf(service),
    owner,
  });
}

export function endpointsOf(service: Pick<KubeObject, 'ref'>): Step {
  return kubectl(service.ref, ['get', 'endpointslices', '-l', `kubernetes.io/service-name=${service.ref.name}`], false);
}
