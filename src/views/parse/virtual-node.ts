/**
 * Nodes without a machine and a kubelet: virtual-kubelet (Azure Container Instances, Alibaba ECI), Liqo, KWOK. Their version is that of the program that
 * plays the kubelet, and DaemonSets do not run there. Pure.
 */
import { listAt, textAt, textMapAt, type JsonObject } from '../../model/json.ts';

// virtual-kubelet cmd/virtual-kubelet (label type, taint), liqo apis/liqo-const (label), kwok site/content/en (label).
const TYPES: ReadonlySet<string> = new Set(['virtual-kubelet', 'kwok']);

export function isVirtualNode(body: JsonObject): boolean {
  const labels = textMapAt(body, 'metadata', 'labels');
  return (
    TYPES.has(labels['type'] ?? '') ||
    labels['liqo.io/type'] === 'virtual-node' ||
    listAt(body, 'spec', 'taints').some((taint) =>
      /^virtual-(?:kubelet\.io\/provider|node\.liqo\.io\/)/.test(textAt(taint, 'key') ?? ''),
    ) ||
    /-vk-/.test(textAt(body, 'status', 'nodeInfo', 'kubeletVersion') ?? '')
  );
}
