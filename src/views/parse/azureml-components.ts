/**
 * The programs of the Azure ML extension with what they ask for, as data. Source: azure-ai-docs `reference-kubernetes.md`, whose columns Training and
 * Inference are exchanged in the lower half of the table: only as given here do the totals that it publishes itself come out (inference 1780m and
 * 2440Mi, training 410m and 1492Mi, both 1910m and 2884Mi).
 */
export interface ExtensionComponent {
  readonly name: string;
  readonly of: 'both' | 'inference' | 'training';
  /** `router`: one, or three with high availability; `node`: one on every node that the extension may use. */
  readonly per: 'cluster' | 'node' | 'router';
  /** The setting without which it is not installed; true by default. */
  readonly setting?: 'installPromOp' | 'installVolcano';
  /** Millicores and mebibytes. */
  readonly cpu: { readonly request: number; readonly limit: number };
  readonly memory: { readonly request: number; readonly limit: number };
}

function component(
  name: string,
  of: ExtensionComponent['of'],
  cpu: readonly [number, number],
  memory: readonly [number, number],
  more: Pick<ExtensionComponent, 'setting'> & { readonly per?: ExtensionComponent['per'] } = {},
): ExtensionComponent {
  return {
    name,
    of,
    per: 'cluster',
    cpu: { request: cpu[0], limit: cpu[1] },
    memory: { request: memory[0], limit: memory[1] },
    ...more,
  };
}

export const ROUTER = component('azureml-fe-v2', 'inference', [900, 2000], [800, 1200], { per: 'router' });

export const EXTENSION_COMPONENTS: readonly ExtensionComponent[] = [
  ROUTER,
  component('amlarc-identity-controller', 'inference', [200, 1000], [200, 1024]),
  component('amlarc-identity-proxy', 'inference', [200, 1000], [200, 1024]),
  component('inference-operator-controller-manager', 'inference', [100, 1000], [128, 1024]),
  component('azureml-ingress-nginx-controller', 'inference', [100, 1000], [64, 512]),
  component('prometheus-prom-prometheus', 'both', [100, 1000], [512, 4096]),
  component('prometheus-operator', 'both', [100, 400], [128, 512], { setting: 'installPromOp' }),
  component('gateway', 'both', [50, 500], [256, 2048]),
  component('metrics-controller-manager', 'both', [10, 100], [20, 300]),
  component('kube-state-metrics', 'both', [10, 100], [32, 256]),
  component('fluent-bit', 'both', [10, 200], [100, 300], { per: 'node' }),
  component('aml-operator', 'training', [20, 1020], [124, 2168]),
  component('volcano-controllers', 'training', [50, 500], [128, 512], { setting: 'installVolcano' }),
  component('volcano-scheduler', 'training', [50, 500], [128, 512], { setting: 'installVolcano' }),
  component('volcano-admission', 'training', [10, 100], [64, 256], { setting: 'installVolcano' }),
];

/** With high availability (azure-ai-docs `how-to-deploy-kubernetes-extension.md`). */
export const ROUTERS_WANTED = 3;
