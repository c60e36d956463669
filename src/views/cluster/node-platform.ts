/**
 * Who gave the cluster its nodes: cloud, AKS, a lightweight distribution. Told from providerID (cloud-provider `node_controller.go`: set by the cloud
 * controller, or by the kubelet's own flag) and from labels. It judges nothing.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';

export interface PlatformNode {
  readonly node: KubeObject;
  /** `azure` of `azure:///subscriptions/…`; undefined where none is set. */
  readonly scheme?: string;
  /** Carries labels of an AKS node pool. */
  readonly isAks: boolean;
  /** A cloud controller is awaited that has not seen this node yet. */
  readonly isUninitialized: boolean;
  /** Shows the above. */
  readonly cite: Citation;
}

export interface NodePlatform {
  readonly nodes: readonly PlatformNode[];
  readonly complete: Lookup<true>;
}

export const nodePlatform = defineView<NodePlatform>({
  id: 'node-platform',
  needs: [{ type: 'object', kind: 'Node' }],
  derive(context) {
    const listing = context.list('Node');
    return { nodes: listing.items.map(platformNode), complete: listing.complete };
  },
});

function platformNode(node: KubeObject): PlatformNode {
  const labels = textMapAt(node.body, 'metadata', 'labels');
  const provider = textAt(node.body, 'spec', 'providerID') ?? '';
  const scheme = /^([a-z][a-z0-9+.-]{0,40}):\/\//i.exec(provider)?.[1]?.toLowerCase() ?? oracle(provider);
  const isAks = Object.keys(labels).some((key) => key.startsWith('kubernetes.azure.com/'));
  return {
    node,
    ...(scheme === undefined ? {} : { scheme }),
    isAks,
    isUninitialized: listAt(node.body, 'spec', 'taints').some(
      (taint) => textAt(taint, 'key') === 'node.cloudprovider.kubernetes.io/uninitialized',
    ),
    cite:
      scheme === undefined
        ? node.cite(`Node ${node.ref.name} has no providerID`, '/spec')
        : node.cite(`providerID of Node ${node.ref.name}`, '/spec/providerID'),
  };
}

/** Oracle Cloud writes the instance's id as it is (oracle/oci-cloud-controller-manager). */
function oracle(provider: string): string | undefined {
  return provider.startsWith('ocid1.') ? 'oci' : undefined;
}
