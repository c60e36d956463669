/** Cause: no connection to the registry: nothing listens, no route, a firewall that drops, a connection that breaks. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { quoted } from '../../../views/parse/quoted.ts';

export default defineRule({
  code: 'IS3112',
  name: 'RegistryUnreachable',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry is not reached',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled'],
  aliases: [
    'registry-unreachable',
    'registry-refuses-connection',
    'connect: connection refused',
    'i/o timeout',
    'no route to host',
    'network is unreachable',
    'TLS handshake timeout',
    'RegistryUnavailable',
  ],
  needs: { pull: imagePull },
  messages: {
    refused: 'Registry {host} refuses connections at {address}',
    noRoute: 'Registry {host} is not reached from node {node}: there is no route to {address}',
    silent: 'Registry {host} does not answer node {node}: {detail}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['refused', 'timeout'], (failure, known) => {
      const { host, cite, detail, error, mechanism, phase } = failure;
      if (phase === 'layer') return context.ruledOut('the registry answers; its layers do not come', cite[0]);
      const node = known.node?.name ?? 'of the pod';
      const address = error.address ?? error.host ?? host;
      const rest = {
        subject: registryRef(host),
        certainty: 'confirmed',
        basis: 'the container runtime reports the failed connection',
        consequence:
          'No image of this registry can be pulled; containers whose image is on their node start all the same.',
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the node connects to ${address}: ${detail}`, cite: [cite[0]] }],
      } as const;
      const check = `On node ${node}: curl -v https://${host === 'docker.io' ? 'registry-1.docker.io' : host}/v2/ (401 is a good answer).`;
      if (mechanism === 'refused') {
        const fixes = [
          advice(
            `Start the registry ${host}, or correct its address and port`,
            'The kubelet tries again by itself.',
            [
              `Nothing listens at ${address}. Start the registry, or correct host and port in the image of ${known.target.workload.kind} ${known.target.workload.name}.`,
              check,
            ],
            known.target,
          ),
        ];
        return context.found({ message: 'refused', args: { host, address }, ...rest, fixes });
      }
      const fixes = [
        advice(
          `Open the way from node ${node} to ${host}`,
          'The kubelet tries again by itself.',
          [
            `Allow outgoing connections of the nodes to ${address} (security group, firewall, NAT gateway, route), or give the container runtime the proxy of the network.`,
            check,
          ],
          known.target,
        ),
      ];
      if (/no route to host|network is unreachable/.test(detail))
        return context.found({ message: 'noRoute', args: { host, node, address }, ...rest, fixes });
      return context.found({ message: 'silent', args: { host, node, detail: quoted(detail, 60) }, ...rest, fixes });
    });
  },
});
