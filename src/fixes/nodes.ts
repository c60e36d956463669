/** Fixes for nodes that are in trouble. What is wrong inside a machine is not seen from the cluster, so these read first. */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fix, kubectl, manual } from './build.ts';

export function mendNode(node: ResourceRef): Fix {
  return fix({
    title: `Restart or replace Node ${node.name}`,
    applicability: 'advice',
    effect: 'The pods of the node are made anew elsewhere, or go on once it reports again.',
    steps: [
      kubectl({}, ['describe', 'node', node.name], false),
      manual(
        'Restart the machine or its kubelet with the cloud’s tools; if it does not come back, delete it there and let the pool make another.',
      ),
    ],
    verify: kubectl({}, ['get', 'node', node.name], false),
  });
}

export function relieveNode(node: ResourceRef, resource: string): Fix {
  return fix({
    title: `Relieve Node ${node.name} of ${resource} pressure`,
    applicability: 'advice',
    effect: 'The taint goes by itself some minutes after the pressure ends.',
    steps: [
      kubectl({}, ['describe', 'node', node.name], false),
      manual(
        'Find what uses it up: for memory pods that use more than they ask for, for disk logs, images and emptyDir volumes. Give such pods honest requests and limits, or the node more of it.',
      ),
    ],
    verify: kubectl({}, ['get', 'node', node.name, '-o', 'jsonpath={.status.conditions}'], false),
  });
}

/** For a node that refuses pods although the scheduler sends them there. */
export function setNodeAside(node: ResourceRef): Fix {
  return fix({
    title: `Mend what the kubelet of Node ${node.name} names, and cordon the node meanwhile`,
    applicability: 'review',
    effect: 'New pods go to other nodes; nothing that runs is changed.',
    steps: [kubectl({}, ['cordon', node.name], true)],
    undo: [kubectl({}, ['uncordon', node.name], true)],
    verify: kubectl({}, ['describe', 'node', node.name], false),
  });
}
