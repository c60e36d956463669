/** Fixes on the Service of the inference router of Azure ML: it belongs to the extension, so that only settings of the extension last. */
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import { EXTENSION_NAMESPACE } from '../views/parse/azureml-settings.ts';
import { CLUSTER_FLAGS, EXTENSION } from './azureml.ts';
import { command, fix, kubectl, manual, verifyWithInferscope } from './build.ts';

const ROUTER = { namespace: EXTENSION_NAMESPACE };

function update(setting: string): readonly string[] {
  return [...EXTENSION, 'update', '--name', '<EXTENSION>', ...CLUSTER_FLAGS, '--configuration-settings', setting];
}

export function isRouter({ namespace, name }: ResourceRef): boolean {
  return namespace === ROUTER.namespace && (name === 'azureml-fe-v2' || name === 'azureml-fe');
}

/** Three routers want three nodes: the extension keeps its Deployment as the setting says. */
export function runOneRouter(on: ResourceRef): Fix {
  return fix({
    title: 'Run one router',
    applicability: 'fill-in',
    effect: 'One router takes all requests: while it restarts, none is answered.',
    steps: [command(update('inferenceRouterHA=False'), true)],
    undo: [command(update('inferenceRouterHA=True'), true)],
    verify: verifyWithInferscope(on),
  });
}

export function changeRouterService(on: ResourceRef): Fix {
  return fix({
    title: 'Give the router a kind of Service that the cluster can serve',
    applicability: 'fill-in',
    effect:
      'The scoring address becomes a port of the nodes; endpoints get their new address with the next update of each.',
    steps: [command(update('inferenceRouterServiceType=nodePort'), true)],
    undo: [command(update('inferenceRouterServiceType=loadBalancer'), true)],
    verify: verifyWithInferscope(on),
  });
}

export function lookAtRouter(on: ResourceRef): Fix {
  return fix({
    title: 'Look at the Service of the router and at what stands behind it',
    applicability: 'advice',
    effect: 'Changes nothing.',
    steps: [
      kubectl(ROUTER, ['get', 'service', 'azureml-fe', '-o', 'wide'], false),
      kubectl(ROUTER, ['get', 'events', '--field-selector', 'involvedObject.name=azureml-fe'], false),
      manual(
        'A provider of load balancers writes into the events of the Service why it gives no address: a quota, a subnet that is full, or that there is no provider.',
      ),
    ],
    verify: verifyWithInferscope(on),
  });
}
