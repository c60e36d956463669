/**
 * A pod asks for a device (GPU) that no node offers: the node with the hardware offers none of it, only under another name, or there is no
 * such node. Devices that are offered and taken are IS2119.
 */
import { defineRule } from '../../define.ts';
import { changePodSpec } from '../../../fixes/scheduling.ts';
import { mendDevicePlugin, addDeviceNodes } from '../../../fixes/devices.ts';
import { deviceOffer } from '../../../views/device-offer.ts';
import { isExtended } from '../../../views/node-fit.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2104',
  name: 'GpuNotAllocatable',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No node offers the GPU (or other device) that a pod asks for',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'Insufficient nvidia.com/gpu',
    'Insufficient amd.com/gpu',
    'gpu-not-allocatable',
    'gpu-not-available',
    'device plugin',
    'nvidia.com/gpu: 0',
    'PodUnschedulable',
  ],
  needs: { placement: scheduling },
  messages: {
    withheld: 'Node {node} offers {allocatable} {resource}, though it has the device; {workload} asks for {asked}',
    renamed: '{workload} asks for {asked} {resource}, which no node offers; Node {node} offers {other} instead',
    none: '{workload} asks for {asked} {resource}, which no node offers (nodes in the cluster: {nodes})',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['insufficient'], context, ({ reason }) =>
      isExtended(reason.resource ?? ''),
    );
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const { nodesComplete } = waiting.capacity;
    if (nodesComplete.state !== 'present')
      return nodesComplete.state === 'unknown'
        ? context.unknown(nodesComplete.gap)
        : context.notApplicable('there are no nodes');
    const offer = deviceOffer(waiting, decisive);
    const common = { ...commonOf(waiting), certainty: 'confirmed' as const };
    const args = {
      workload: nameWithKind(waiting.workload),
      resource: offer.resource,
      asked: offer.asked,
    };
    switch (offer.kind) {
      case 'offered':
        return context.notApplicable('nodes offer the device; it is taken');
      case 'withheld':
        return context.found({
          ...common,
          message: 'withheld',
          args: { ...args, node: offer.node.name, allocatable: offer.listed ? '0' : 'no' },
          subject: offer.node.node.ref,
          affects: [waiting.pod.ref],
          basis: 'the scheduler names the resource, and the node itself says what it offers',
          consequence: 'The device plugin of that node has registered no device, so no pod can be given one.',
          cite: [...waiting.cites, ...offer.cite],
          fixes: [mendDevicePlugin(offer.node.node.ref, offer.resource)],
        });
      case 'renamed':
        return context.found({
          ...common,
          message: 'renamed',
          args: { ...args, node: offer.node.name, other: offer.other },
          basis: 'the nodes list the device under another resource name',
          consequence: 'MIG and time-slicing give the parts of a GPU resource names of their own.',
          cite: [...waiting.cites, ...offer.cite],
          fixes: [
            changePodSpec(waiting, {
              title: `Ask for ${offer.other} instead of ${offer.resource}`,
              applicability: 'fill-in',
              spec: {
                containers: [
                  {
                    name: offer.container,
                    resources: {
                      limits: { [offer.resource]: null, [offer.other]: '<COUNT>' },
                      requests: { [offer.resource]: null },
                    },
                  },
                ],
              },
              what: `${offer.other} instead of ${offer.resource} in the limits of container ${offer.container}`,
            }),
          ],
        });
      case 'none':
        return context.found({
          ...common,
          message: 'none',
          args: { ...args, nodes: waiting.nodes.length },
          basis: 'no node lists the resource',
          consequence:
            'A resource that no node lists is never given: there is no node with that device, or its device plugin has never run.',
          cite: [...waiting.cites, ...offer.cite, { ...nodesComplete.cite, label: `no node lists ${offer.resource}` }],
          fixes: [addDeviceNodes(waiting.workload, offer.resource)],
        });
    }
  },
});
