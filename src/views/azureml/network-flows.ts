/**
 * Which of the flows that Azure ML documents NetworkPolicies cut, in the extension's namespace and in those that hold its deployments. Other policy
 * engines, firewalls and routes are not seen. Source of the flows: azure-ai-docs how-to-access-azureml-behind-firewall.md and
 * how-to-kubernetes-inference-routing-azureml-fe.md.
 */
import type { Lookup } from '../../model/evidence.ts';
import { textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';
import { cutBy, type Flow } from '../parse/policy-flows.ts';

export interface DocumentedFlow extends Flow {
  /** `HTTPS to Azure`. */
  readonly title: string;
  readonly forInference?: true;
}

export interface CutFlows {
  readonly policy: KubeObject;
  readonly flows: readonly DocumentedFlow[];
}

export interface NetworkFlows {
  readonly namespaces: readonly string[];
  /** By policy. */
  readonly cut: readonly CutFlows[];
  readonly policiesRead: Lookup<true>;
  /** Whether the namespaces of all deployments are known. */
  readonly deploymentsRead: Lookup<true>;
}

const EVERYWHERE: readonly DocumentedFlow[] = [
  { title: 'HTTPS to Azure', direction: 'Egress', port: 443, protocol: 'TCP', peer: 'outside' },
  { title: 'DNS', direction: 'Egress', port: 53, protocol: 'UDP', peer: 'elsewhere' },
];
const OF_EXTENSION: readonly DocumentedFlow[] = [
  ...EVERYWHERE,
  ...([11001, 12001, 12101, 12201, 20000, 8000, 8001, 9001] as const).flatMap((port) =>
    (['Ingress', 'Egress'] as const).map((direction) => ({
      title: 'routers among themselves',
      direction,
      port,
      protocol: 'TCP' as const,
      peer: 'own' as const,
      namespace: EXTENSION_NAMESPACE,
      forInference: true as const,
    })),
  ),
  {
    title: 'router to models',
    direction: 'Egress',
    port: 5001,
    protocol: 'TCP',
    peer: 'elsewhere',
    forInference: true,
  },
  {
    title: 'models to the identity proxy',
    direction: 'Ingress',
    port: 9999,
    protocol: 'TCP',
    peer: 'elsewhere',
    forInference: true,
  },
];
const OF_MODELS: readonly DocumentedFlow[] = [
  ...EVERYWHERE,
  {
    title: 'router to models',
    direction: 'Ingress',
    port: 5001,
    protocol: 'TCP',
    peer: 'elsewhere',
    namespace: EXTENSION_NAMESPACE,
    forInference: true,
  },
  {
    title: 'models to the identity proxy',
    direction: 'Egress',
    port: 9999,
    protocol: 'TCP',
    peer: 'elsewhere',
    namespace: EXTENSION_NAMESPACE,
    forInference: true,
  },
];

export const networkFlows = defineView<NetworkFlows>({
  id: 'network-flows',
  needs: ['NetworkPolicy', 'Deployment'].map((kind) => ({ type: 'object', kind }) as const),
  derive(context) {
    const policies = context.list('NetworkPolicy');
    const deployments = context.list('Deployment');
    const models = new Set(
      deployments.items
        .filter(({ body }) => textMapAt(body, 'metadata', 'labels')['isazuremlapp'] === 'true')
        .flatMap(({ ref }) =>
          ref.namespace === undefined || ref.namespace === EXTENSION_NAMESPACE ? [] : ref.namespace,
        ),
    );
    const namespaces = [EXTENSION_NAMESPACE, ...[...models].sort()];
    return {
      namespaces,
      cut: namespaces.flatMap((namespace) => {
        const own = byName(policies.items.filter(({ ref }) => ref.namespace === namespace));
        return cutIn(own, namespace === EXTENSION_NAMESPACE ? OF_EXTENSION : OF_MODELS);
      }),
      policiesRead: policies.complete,
      deploymentsRead: deployments.complete,
    };
  },
});

function cutIn(policies: readonly KubeObject[], flows: readonly DocumentedFlow[]): readonly CutFlows[] {
  const cut = new Map<KubeObject, DocumentedFlow[]>();
  for (const flow of flows) {
    const policy = cutBy(policies, flow);
    if (policy === undefined) continue;
    const known = cut.get(policy);
    if (known === undefined) cut.set(policy, [flow]);
    else known.push(flow);
  }
  return [...cut].map(([policy, among]) => ({ policy, flows: among }));
}

/** `HTTPS to Azure (out to TCP 443), routers among themselves (in from TCP 8000, 8001)`. */
export function flowsText(flows: readonly DocumentedFlow[]): string {
  const ports = new Map<string, number[]>();
  for (const { title, direction, protocol, port } of flows) {
    const key = `${title} (${direction === 'Egress' ? 'out to' : 'in on'} ${protocol}`;
    ports.set(key, [...(ports.get(key) ?? []), port]);
  }
  return [...ports].map(([key, numbers]) => `${key} ${numbers.join(', ')})`).join('; ');
}
