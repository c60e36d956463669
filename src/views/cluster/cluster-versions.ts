/**
 * Which versions of Kubernetes a cluster runs: of every kubelet, and of the API server where it can be seen (its own pod, which managed clusters hide).
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { versionOfTag } from '../parse/platform-components.ts';
import { isVirtualNode } from '../parse/virtual-node.ts';
import { kubernetesVersion, type KubernetesVersion } from '../parse/kubernetes-releases.ts';

export interface RunVersion {
  readonly version: KubernetesVersion;
  readonly object: KubeObject;
  readonly cite: Citation;
}

export interface ClusterVersions {
  /** Oldest first. */
  readonly kubelets: readonly RunVersion[];
  /** The newest, while several are updated one by one. */
  readonly server?: RunVersion;
  readonly nodesComplete: Lookup<true>;
}

export const clusterVersions = defineView<ClusterVersions>({
  id: 'cluster-versions',
  needs: [
    { type: 'object', kind: 'Node' },
    { type: 'object', kind: 'Pod' },
  ],
  derive(context) {
    const nodes = context.list('Node');
    const kubelets = nodes.items.flatMap((object) => {
      if (isVirtualNode(object.body)) return [];
      const version = kubernetesVersion(textAt(object.body, 'status', 'nodeInfo', 'kubeletVersion'));
      const cite = object.cite(`kubelet of Node ${object.ref.name}`, '/status/nodeInfo/kubeletVersion');
      return version === undefined ? [] : [{ version, object, cite }];
    });
    const servers = context
      .list('Pod', { namespace: 'kube-system' })
      .items.filter(({ body }) => textMapAt(body, 'metadata', 'labels')['component'] === 'kube-apiserver')
      .flatMap((object) => {
        const image = textAt(listAt(object.body, 'spec', 'containers')[0], 'image');
        const version = image === undefined ? undefined : kubernetesVersion(versionOfTag(image));
        const cite = object.cite('image of the API server', '/spec/containers/0/image');
        return version === undefined ? [] : [{ version, object, cite }];
      });
    const server = servers.toSorted(byVersion).at(-1);
    return {
      kubelets: kubelets.toSorted(byVersion),
      ...(server === undefined ? {} : { server }),
      nodesComplete: nodes.complete,
    };
  },
});

function byVersion({ version: one }: RunVersion, { version: other }: RunVersion): number {
  return one.major - other.major || one.minor - other.minor;
}
