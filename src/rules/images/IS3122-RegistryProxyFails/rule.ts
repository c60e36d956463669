/** Cause: the container runtime of the node goes through a proxy, and the proxy does not let it through. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { KNATIVE_CONTROLLER, KNATIVE_NAMESPACE } from '../../../views/knative-config.ts';

export default defineRule({
  code: 'IS3122',
  name: 'RegistryProxyFails',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The proxy between node and registry fails',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-proxy-fails',
    'proxyconnect tcp',
    'Proxy Authentication Required',
    '407',
    'HTTPS_PROXY',
    'socks connect',
  ],
  needs: { pull: imagePull },
  messages: {
    unreachable: 'The proxy {address} of the container runtime on node {node} is not reached',
    unreachableKnative: 'The proxy {address} of the Knative controller is not reached',
    refusesKnative: 'The proxy of the Knative controller does not let it through to registry {host}',
    refuses: 'The proxy of node {node} does not let the container runtime through to registry {host}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['proxy'], (failure, known) => {
      const { host, cite, detail, error } = failure;
      const name = known.node?.name ?? 'of the pod';
      const knative = known.puller === 'knative';
      const runtime = knative ? 'the Knative controller' : 'the container runtime';
      const rest = {
        subject: knative ? KNATIVE_CONTROLLER : (known.node ?? registryRef(host)),
        certainty: 'confirmed',
        basis: `${runtime} reports the failure of its proxy`,
        consequence: knative
          ? `Knative can resolve no tag of ${host}, unless NO_PROXY excludes the registry.`
          : `Pulls from ${host} fail on every node with this proxy, unless NO_PROXY excludes the registry.`,
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the connection through the proxy fails: ${detail}`, cite: [cite[0]] }],
        fixes: [
          advice(
            `Correct the proxy of ${runtime}${knative ? '' : ` on node ${name}`}`,
            `${knative ? 'The controller' : 'The container runtime'} must be restarted; running containers go on.`,
            [
              knative
                ? `Look at HTTPS_PROXY and NO_PROXY in the environment of Deployment controller in ${KNATIVE_NAMESPACE}. Correct the address or the credentials of the proxy, or add ${host} to NO_PROXY.`
                : `Look at HTTPS_PROXY and NO_PROXY of the service (systemctl show containerd -p Environment; CRI-O: crio). Correct the address or the credentials of the proxy, or add ${host} to NO_PROXY where the node reaches it directly.`,
            ],
            known.target,
          ),
        ],
      } as const;
      const address = error.address ?? /lookup ([\w.-]{1,253})/.exec(detail)?.[1];
      if (knative)
        return address === undefined
          ? context.found({ message: 'refusesKnative', args: { host }, ...rest })
          : context.found({ message: 'unreachableKnative', args: { address }, ...rest });
      if (address !== undefined)
        return context.found({ message: 'unreachable', args: { address, node: name }, ...rest });
      return context.found({ message: 'refuses', args: { node: name, host }, ...rest });
    });
  },
});
