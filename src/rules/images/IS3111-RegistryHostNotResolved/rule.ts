/** Cause: the node does not find an address for the name of the registry: mistyped, private, or its resolver does not answer. */
import { defineRule } from '../../define.ts';
import { advice, setImage, skipResolving } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { KNATIVE_CONTROLLER } from '../../../views/knative-config.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';

/** Names that exist: where the resolver knows them not, the resolver is at fault. */
const WELL_KNOWN =
  /(?:^|\.)(?:docker\.io|docker\.com|ghcr\.io|quay\.io|registry\.k8s\.io|gcr\.io|mcr\.microsoft\.com|nvcr\.io|public\.ecr\.aws)$/;

export default defineRule({
  code: 'IS3111',
  name: 'RegistryHostNotResolved',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The name of the registry is not resolved',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-host-not-resolved',
    'registry-name-unresolvable',
    'image-registry-host-unknown',
    'no such host',
    'server misbehaving',
    'Temporary failure in name resolution',
    'dial tcp: lookup',
  ],
  needs: { pull: imagePull },
  messages: {
    mistyped: '{workload} names registry {host}, which DNS does not know; this cluster uses {meant}',
    unknownHost: '{workload} names registry {host}, which the DNS of the node does not know',
    redirect: 'Registry {host} sends the node to {other}, which the DNS of the node does not know',
    knative: '{workload} names registry {host}, which the DNS of the cluster does not know',
    redirectKnative:
      'Registry {host} sends the Knative controller to {other}, which the DNS of the cluster does not know',
    resolverKnative: 'The DNS of the cluster does not resolve {host} for the Knative controller',
    resolver: 'The resolver of node {node} does not resolve {host}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['dns'], (failure, known) => {
      const { error, cite, host, container, detail, reference } = failure;
      const { target, node } = known;
      const knative = known.puller === 'knative';
      const resolver = knative ? 'the DNS of the cluster' : 'the resolver of the node';
      const asked = error.host ?? host;
      // Docker Hub's own names for its registry and its token service; a port is not looked up.
      const redirected =
        asked !== host.replace(/:\d+$/, '') && !(host === 'docker.io' && /\.docker\.(?:io|com)$/.test(asked));
      const resolverFails = !/no such host/.test(detail) || WELL_KNOWN.test(asked);
      const rest = {
        cite: [cite[0], ...cite.slice(1)],
        trace: [
          {
            text: `${knative ? 'the Knative controller' : 'the node'} looks up ${asked}${error.resolver === undefined ? '' : ` at ${error.resolver}`}: ${detail}`,
            cite: [cite[0]],
          },
        ],
      } as const;
      if (resolverFails && knative) {
        const fixes = [
          ...skipResolving(host, target),
          advice(
            `Let the pods of the cluster resolve ${asked}`,
            'Knative can look tags up again.',
            [
              `The Knative controller runs in a pod: it uses the DNS of the cluster (CoreDNS) and its forwarders, not the resolver of the nodes. Add the name there, or a forwarder that knows it.`,
            ],
            target,
          ),
        ];
        const certain = !/no such host/.test(detail);
        return context.found({
          message: 'resolverKnative',
          args: { host: asked },
          subject: KNATIVE_CONTROLLER,
          certainty: certain ? 'confirmed' : 'likely',
          basis: certain
            ? 'the resolver gives an error instead of an answer'
            : 'the name exists, and the DNS of the cluster does not know it',
          consequence: 'Knative can resolve no tag of this registry, so it makes no Deployment.',
          ...rest,
          fixes,
        });
      }
      if (resolverFails && node !== undefined) {
        const fixes = [
          advice(
            `Let node ${node.name} resolve ${asked}`,
            'All pulls of the node work again.',
            [
              `On the node: resolvectl query ${asked} (or getent hosts ${asked}). The container runtime uses the resolver of the node (/etc/resolv.conf), not the DNS of the cluster.`,
            ],
            target,
          ),
        ];
        const certain = !/no such host/.test(detail);
        return context.found({
          message: 'resolver',
          args: { node: node.name, host: asked },
          subject: node,
          certainty: certain ? 'confirmed' : 'likely',
          basis: certain
            ? 'the resolver gives an error instead of an answer'
            : 'the name exists, and the resolver of the node does not know it',
          consequence: 'No image from this registry can be pulled to the node.',
          ...rest,
          fixes,
        });
      }
      if (redirected) {
        const fixes = [
          advice(
            `Let the nodes resolve ${asked}`,
            'The layers can be fetched.',
            [
              `The registry keeps its layers, or gives its tokens, at ${asked}: add that name to the private DNS zone or the allow-list of the network.`,
            ],
            target,
          ),
        ];
        return context.found({
          message: knative ? 'redirectKnative' : 'redirect',
          args: { host, other: asked },
          subject: registryRef(host),
          certainty: 'confirmed',
          basis: 'the resolver answers that the name does not exist',
          ...rest,
          fixes,
        });
      }
      const others = known.known.filter((other) => other.reference.host !== host).map((other) => other.reference.host);
      const ofSecrets = [...known.secrets.named, ...known.secrets.unused].flatMap((secret) => secret.hosts ?? []);
      const [meant] = nearestNames(host, [...others, ...ofSecrets.filter((other) => other !== host)], 1);
      const origin = failure.origin.ref;
      const workload = nameWithKind(origin);
      const path = `${reference?.repository ?? '<REPOSITORY>'}:${reference?.tag ?? 'latest'}`;
      const common = {
        subject: origin,
        container: container.name,
        certainty: failure.origin.gap === undefined ? 'confirmed' : 'likely',
        basis:
          failure.origin.gap === undefined
            ? `${resolver} answers that the name does not exist`
            : 'the name does not exist; whether the image is written here or in a runtime was not seen',
        consequence: 'No registry is asked, so nothing is known of the image itself.',
        ...rest,
      } as const;
      const args = { workload, host };
      if (meant !== undefined) {
        const fixes = [setImage(failure, `${meant}/${path}`, target, `Name the registry ${meant} instead of ${host}`)];
        return context.found({ message: 'mistyped', args: { ...args, meant }, ...common, fixes });
      }
      const fixes = [
        setImage(failure, `<REGISTRY>/${path}`, target, `Correct the name of the registry, ${host}`),
        advice(
          `If ${host} is a private name: let ${knative ? 'the cluster' : 'the nodes'} resolve it`,
          'Nothing in the cluster changes.',
          [
            knative
              ? 'Add the name to the DNS of the cluster (CoreDNS, or what it forwards to): the Knative controller looks it up from a pod.'
              : 'Add the name to the DNS that the nodes use; the container runtime does not use the DNS of the cluster.',
          ],
          target,
        ),
        // The nodes may have another DNS, with private names in it.
        ...skipResolving(host, target),
      ];
      return context.found({ message: knative ? 'knative' : 'unknownHost', args, ...common, fixes });
    });
  },
});
