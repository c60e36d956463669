/** Check: nodes have GPUs and offer none to pods. */
import { kubectl } from '../../../fixes/build.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { gpuNodes } from '../../../views/cluster/gpu-nodes.ts';
import { listed } from '../../../views/parse/listed.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9711',
  name: 'GpuNotOffered',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Nodes with GPUs offer none to pods',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: 'GPUs', weight: 'advisory' },
  aliases: ['gpu-not-offered', 'Insufficient nvidia.com/gpu', 'nvidia-device-plugin not running'],
  needs: { gpus: gpuNodes },
  messages: {
    unoffered: 'Nodes with GPUs offer none to pods ({count} of {total}): {nodes}',
  },
  check({ gpus: { nodes, complete } }, context) {
    const withheld = nodes.filter(({ offered, isNew }) => offered === 0 && !isNew);
    const [first, second] = withheld;
    if (first === undefined) {
      const offering = nodes.filter(({ offered }) => offered > 0);
      const [one] = offering;
      if (one !== undefined)
        return context.ruledOut(
          offering.length === nodes.length
            ? `every node with GPUs offers them (${nodes.length} in all)`
            : `${offering.length} of ${nodes.length} nodes with GPUs offer them, and the others have just joined`,
          one.cite,
        );
      if (nodes.length > 0) return context.notApplicable('the nodes with GPUs have just joined');
      return complete.state === 'unknown'
        ? context.unknown(complete.gap)
        : context.notApplicable('no node shows that it has a GPU');
    }
    return context.found({
      message: 'unoffered',
      args: {
        count: withheld.length,
        total: nodes.length,
        nodes: listed(withheld.map(({ state }) => state.name)),
      },
      subject: first.state.node.ref,
      affects: [context.on, ...withheld.map(({ state }) => state.node.ref)],
      certainty: 'confirmed',
      basis: first.listed
        ? 'the kubelet lists the resource with none left to give: its plugin registered it once'
        : 'labels say that the node has GPUs, and the kubelet lists no such resource',
      consequence: 'Pods that ask for nvidia.com/gpu stay Pending.',
      cite: [first.sign, first.cite, ...(second === undefined ? [] : [second.cite])],
      fixes: [
        adviseCluster({
          profile: 'kserve',
          title: 'Get the device plugin running on the nodes with GPUs',
          effect: 'The kubelet offers the devices as soon as the plugin has registered them.',
          look: [
            kubectl({}, ['get', 'daemonsets', '-A', '-o', 'wide'], false),
            kubectl({}, ['describe', 'node', first.state.name], false),
          ],
          what: 'Look for the DaemonSet of the NVIDIA device plugin or of the GPU operator: it has to tolerate the taints of the node, and its pod there has to be Ready (its log names a driver or a container toolkit that is missing).',
        }),
      ],
    });
  },
});
