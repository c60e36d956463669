/** Cause: no connection to the registry: nothing listens, no route, a firewall that drops, a connection that breaks. */
import { defineRule } from '../../define.ts';
import { advice, skipResolving } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { KNATIVE_NAMESPACE } from '../../../views/knative-config.ts';
import { quoted } from '../../../views/parse/quoted.ts';

export default defineRule({
  code: 'IS3112',
  name: 'RegistryUnreachable',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry is not reached',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-unreachable',
    'registry-refuses-connection',
    'connect: connection refused',
    'i/o timeout',
    'no route to host',
    'network is unreachable',
    'TLS handshake timeout',
    'context deadline exceeded',
    'RegistryUnavailable',
  ],
  needs: { pull: imagePull },
  messages: {
    refused: 'Registry {host} refuses connections at {address}',
    noRoute: 'Registry {host} is not reached from node {node}: there is no route to {address}',
    noRouteKnative: 'Registry {host} is not reached from the Knative controller: there is no route to {address}',
    silentKnative: 'Registry {host} does not answer the Knative controller: {detail}',
    silent: 'Registry {host} does not answer node {node}: {detail}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['refused', 'timeout'], (failure, known) => {
      const { host, cite, detail, error, mechanism, phase } = failure;
      if (phase === 'layer') return context.ruledOut('the registry answers; its layers do not come', cite[0]);
      const knative = known.puller === 'knative';
      const node = known.node?.name ?? 'of the pod';
      const address = error.address ?? error.host ?? host;
      const rest = {
        subject: registryRef(host),
        certainty: 'confirmed',
        basis: `${knative ? 'the Knative controller' : 'the container runtime'} reports the failed connection`,
        consequence: knative
          ? 'Knative looks up the digest of each tag from a pod of its own: it makes no Deployment before it has it. Nodes may reach the registry all the same.'
          : 'No image of this registry can be pulled; containers whose image is on their node start all the same.',
        cite: [cite[0], ...cite.slice(1)],
        trace: [
          {
            text: `${knative ? 'the Knative controller' : 'the node'} connects to ${address}: ${detail}`,
            cite: [cite[0]],
          },
        ],
      } as const;
      const check = knative
        ? `From a pod of the cluster: curl -v https://${host === 'docker.io' ? 'index.docker.io' : host}/v2/ (401 is a good answer).`
        : `On node ${node}: curl -v https://${host === 'docker.io' ? 'registry-1.docker.io' : host}/v2/ (401 is a good answer).`;
      if (mechanism === 'refused') {
        const fixes = [
          advice(
            `Start the registry ${host}, or correct its address and port`,
            'The kubelet tries again by itself.',
            [
              `Nothing listens at ${address}. Start the registry, or correct host and port in the image of ${nameWithKind(known.target.workload)}.`,
              check,
            ],
            known.target,
          ),
          ...skipResolving(host, known.target),
        ];
        return context.found({ message: 'refused', args: { host, address }, ...rest, fixes });
      }
      const fixes = [
        ...skipResolving(host, known.target),
        advice(
          `Open the way from ${knative ? 'the Knative controller' : `node ${node}`} to ${host}`,
          'The next try succeeds.',
          [
            knative
              ? `Allow outgoing connections of the pods of Deployment controller in ${KNATIVE_NAMESPACE} to ${address} (NetworkPolicy, firewall, NAT gateway), give it the proxy of the network (HTTPS_PROXY), or name the image by its digest: then nothing is looked up. Where the registry is only slow, raise digest-resolution-timeout in ConfigMap config-deployment.`
              : `Allow outgoing connections of the nodes to ${address} (security group, firewall, NAT gateway, route), or give the container runtime the proxy of the network.`,
            check,
          ],
          known.target,
        ),
      ];
      if (/no route to host|network is unreachable/.test(detail))
        return knative
          ? context.found({ message: 'noRouteKnative', args: { host, address }, ...rest, fixes })
          : context.found({ message: 'noRoute', args: { host, node, address }, ...rest, fixes });
      if (knative)
        return context.found({ message: 'silentKnative', args: { host, detail: quoted(detail, 60) }, ...rest, fixes });
      return context.found({ message: 'silent', args: { host, node, detail: quoted(detail, 60) }, ...rest, fixes });
    });
  },
});
