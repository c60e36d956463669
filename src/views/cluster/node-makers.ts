/**
 * Who adds nodes for pods that wait: Karpenter (EKS Auto Mode and AKS node auto-provisioning too, where its program is not seen) and the cluster
 * autoscaler, which clouds run outside of the cluster and which then shows in its ConfigMap only. Whether it gets the node it asks for is not known.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import { byName } from '../parse/by-name.ts';
import { conditionsOf } from '../parse/conditions.ts';
import { secondsBetween } from '../parse/time.ts';
import { countsOf } from '../workload-state.ts';

export interface NodeMaker {
  /** `Karpenter (NodePool general)`. */
  readonly title: string;
  readonly cite: Citation;
}

export interface NodeMakers {
  readonly makers: readonly NodeMaker[];
  /** Unknown where a list was not read that could show one. */
  readonly complete: Lookup<true>;
}

/** It writes every ten seconds (autoscaler clusterstate/utils/status.go); what is older was left behind. */
const STALE_SECONDS = 1800;

/** Derive it on `CLUSTER`. */
export const nodeMakers = defineView<NodeMakers>({
  id: 'node-makers',
  needs: ['Deployment', 'ConfigMap', 'NodePool.karpenter.sh'].map((kind) => ({ type: 'object', kind }) as const),
  derive(context) {
    const deployments = context.list('Deployment');
    const pools = context.list('NodePool', { group: 'karpenter.sh' });
    const status = context.object({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'kube-system',
      name: 'cluster-autoscaler-status',
    });
    const makers: NodeMaker[] = [];
    const karpenter = deployments.items.filter((workload) => isNamed(workload, 'karpenter'));
    if (karpenter.length === 0 || karpenter.some(runs))
      for (const pool of byName(pools.items))
        if (givesOrdinaryNodes(pool))
          makers.push({
            title: `Karpenter (NodePool ${pool.ref.name})`,
            cite: pool.cite(`NodePool ${pool.ref.name}`, '/status/conditions'),
          });
    const autoscaler = byName(deployments.items).find(
      (workload) => isNamed(workload, 'cluster-autoscaler') && runs(workload),
    );
    if (autoscaler !== undefined)
      makers.push({
        title: 'the cluster autoscaler',
        cite: autoscaler.cite('pods of the cluster autoscaler', '/status'),
      });
    else if (status.state === 'present' && isFresh(context, status.value))
      makers.push({
        title: 'the cluster autoscaler',
        cite: status.value.cite('what the cluster autoscaler says of itself', '/data/status'),
      });
    const open = [deployments.complete, pools.complete, status].find((found) => found.state === 'unknown');
    return {
      makers,
      complete: open?.state === 'unknown' ? { state: 'unknown', gap: open.gap } : deployments.complete,
    };
  },
});

/** By label of the charts, or by name: OpenShift's is `cluster-autoscaler-default`. Operators and webhooks beside it add nothing. */
function isNamed({ ref, body }: KubeObject, name: string): boolean {
  const labels = textMapAt(body, 'metadata', 'labels');
  if (/(?:operator|webhook)$/.test(ref.name)) return false;
  const label = labels['app.kubernetes.io/name'] ?? labels['app'] ?? labels['k8s-app'] ?? '';
  return ref.name === name || ref.name.startsWith(`${name}-`) || label === name || label.endsWith(`-${name}`);
}

function runs(workload: KubeObject): boolean {
  return countsOf(workload).ready > 0;
}

/** karpenter pkg/apis/v1/nodepool.go: its taints are on every node that it makes; without a condition nobody has looked at it. */
function givesOrdinaryNodes({ body }: KubeObject): boolean {
  if (textAt(body, 'metadata', 'deletionTimestamp') !== undefined) return false;
  const tainted = listAt(body, 'spec', 'template', 'spec', 'taints').some((taint) =>
    ['NoSchedule', 'NoExecute'].includes(textAt(taint, 'effect') ?? ''),
  );
  return !tainted && conditionsOf(body).find(({ type }) => type === 'Ready')?.status !== 'False';
}

function isFresh(context: ViewContext, { body }: KubeObject): boolean {
  const text = (textMapAt(body, 'data')['status'] ?? '').slice(0, 500);
  const [, day = '', time = ''] = /\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text) ?? [];
  // Without a date in its text the object alone has to do.
  if (day === '') return true;
  return (secondsBetween(`${day}T${time}Z`, context.now) ?? 0) < STALE_SECONDS;
}
