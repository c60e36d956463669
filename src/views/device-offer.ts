/**
 * Which of four things holds for a device that a pod asks for and does not get: nodes offer it and it is taken, a node has it and withholds it,
 * nodes list it under another name, or no node knows it. Reads only what `scheduling` holds.
 */
import type { Citation } from '../model/evidence.ts';
import { pointerTo } from '../model/json.ts';
import type { Decisive } from './decisive-reason.ts';
import type { NodeState } from './node-capacity.ts';
import { hasHardwareFor } from './node-fit.ts';
import { formatQuantity } from './parse/quantity.ts';
import type { Scheduling } from './scheduling.ts';

interface Offer {
  readonly resource: string;
  readonly asked: string;
  readonly container: string;
  readonly cite: readonly Citation[];
}

export type DeviceOffer = Offer &
  (
    | { readonly kind: 'offered' | 'none' }
    | { readonly kind: 'withheld'; readonly node: NodeState; readonly listed: boolean }
    | { readonly kind: 'renamed'; readonly node: NodeState; readonly other: string }
  );

export function deviceOffer(scheduling: Scheduling, decisive: Decisive): DeviceOffer {
  const resource = decisive.reason.resource ?? '';
  const request = scheduling.requests.get(resource);
  const part = request?.parts[0];
  const cite = part === undefined ? [] : [scheduling.pod.cite(`limits of container ${part.container}`, part.pointer)];
  const offer = {
    resource,
    asked: request === undefined ? '1' : formatQuantity(resource, request.total),
    container: part?.container ?? '<CONTAINER>',
    cite,
  };
  const nodes = scheduling.nodes.map((fit) => fit.state);
  if (nodes.some((node) => (node.allocatable.get(resource) ?? 0) > 0)) return { ...offer, kind: 'offered' };
  for (const node of nodes) {
    const other = otherNameOf(node, resource);
    if (other === undefined) continue;
    return {
      ...offer,
      kind: 'renamed',
      node,
      other,
      cite: [...cite, node.node.cite(`allocatable of Node ${node.name}`, '/status/allocatable')],
    };
  }
  // The node that the pod may use comes before one that it may not.
  const withheld = [decisive.node, ...nodes].find((node) => node !== undefined && hasHardwareFor(node, resource));
  if (withheld !== undefined) {
    const pointer = withheld.allocatable.has(resource)
      ? pointerTo('status', 'allocatable', resource)
      : '/status/allocatable';
    return {
      ...offer,
      kind: 'withheld',
      node: withheld,
      listed: withheld.allocatable.has(resource),
      cite: [withheld.node.cite(`what Node ${withheld.name} offers`, pointer), ...cite],
    };
  }
  return { ...offer, kind: 'none' };
}

/** MIG slices (`nvidia.com/mig-1g.5gb`) and shared devices (`nvidia.com/gpu.shared`): NVIDIA k8s-device-plugin README. */
function otherNameOf(node: NodeState, resource: string): string | undefined {
  const vendor = resource.slice(0, resource.indexOf('/') + 1);
  for (const [name, amount] of node.allocatable) {
    if (amount <= 0 || name === resource || !name.startsWith(vendor)) continue;
    if (name === `${resource}.shared` || name.startsWith('nvidia.com/mig-') || resource.startsWith('nvidia.com/mig-'))
      return name;
  }
  return undefined;
}
