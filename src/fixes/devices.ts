/** Fixes for devices (GPUs) that a node does not offer. */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { command, fix, manual } from './build.ts';

export function mendDevicePlugin(node: ResourceRef, resource: string): Fix {
  return fix({
    title: `Get the device plugin for ${resource} running on its node`,
    applicability: 'advice',
    effect: 'The node offers its devices; pods that wait for one are placed.',
    steps: [
      command(['kubectl', 'get', 'pods', '-A', '-o', 'wide', `--field-selector=spec.nodeName=${node.name}`], false),
      manual(
        'Look for the pod of the device plugin or of the GPU operator on that node. If it is not there, its DaemonSet does not select or tolerate the node; if it fails, its log tells why (driver, container toolkit).',
      ),
    ],
    verify: command(['kubectl', 'get', 'node', node.name, '-o', 'jsonpath={.status.allocatable}'], false),
  });
}

export function addDeviceNodes(workload: ResourceRef, resource: string): Fix {
  return fix({
    title: `Add a node that offers ${resource}, or run without it`,
    applicability: 'advice',
    effect: 'The pending pods are placed as soon as a node offers the device.',
    steps: [
      manual(
        `Add a node pool with that device and install its device plugin; or take ${resource} out of the limits of ${nameWithKind(workload)} if the model can run without it.`,
      ),
    ],
    verify: command(
      ['kubectl', 'get', 'nodes', '-o', 'custom-columns=NAME:.metadata.name,ALLOCATABLE:.status.allocatable'],
      false,
    ),
  });
}
