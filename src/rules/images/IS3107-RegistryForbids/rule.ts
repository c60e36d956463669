/** Cause: the registry knows who asks and does not allow the pull: a missing permission, a firewall, a policy of the account. */
import { defineRule } from '../../define.ts';
import { advice, skipResolving } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';

const FIREWALL = /is not allowed access|aka\.ms\/acr\/firewall/;

export default defineRule({
  code: 'IS3107',
  name: 'RegistryForbids',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry forbids the pull',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-forbids',
    '403 Forbidden',
    'denied: requested access to the resource is denied',
    'is not allowed access',
    'is not authorized to perform: ecr:BatchGetImage',
    'Permission artifactregistry.repositories.downloadArtifacts denied',
    '402 Payment Required',
  ],
  needs: { pull: imagePull },
  messages: {
    permission: 'Registry {host} forbids the pull of {repository}',
    firewall: 'The firewall of registry {host} does not let node {node} in',
    firewallKnative: 'The firewall of registry {host} does not let the Knative controller in',
    payment: 'Registry {host} gives {repository} to subscribed accounts only',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['forbidden', 'blocked'], (failure, known) => {
      const { host, image, detail, cite, error, access } = failure;
      const firewall = FIREWALL.test(detail);
      if (!firewall && failure.mechanism === 'blocked') return context.ruledOut('a policy blocks the image', cite[0]);
      if (!firewall && access !== 'forbidden')
        return context.ruledOut('the registry refuses a caller that it does not know', cite[0]);
      const stated =
        firewall ||
        error.status === 402 ||
        error.anonymous === false ||
        /is not authorized to perform|Permission "/.test(detail);
      const rest = {
        subject: registryRef(host),
        certainty: stated ? 'confirmed' : 'likely',
        basis: stated
          ? 'the registry says so'
          : 'the registry answers 403, and does not say whom it takes the caller for',
        // A caller without any secret may be refused for want of one.
        consequence: `${stated || known.secrets.named.length > 0 ? 'Valid credentials do not help. ' : ''}The registry answers: ${detail.replace(/\.$/, '')}.`,
        cite: [cite[0], known.secrets.cite],
        trace: [{ text: `the registry forbids the pull: ${detail}`, cite: [cite[0]] }],
      } as const;
      if (firewall) {
        const fixes = [
          advice(
            `Let the nodes through the firewall of ${host}`,
            'Nodes with these addresses can pull.',
            [
              'Add the outgoing address that the message names to the rules of the registry, or give the cluster a private endpoint to it.',
            ],
            known.target,
          ),
        ];
        return context.found({
          message: known.puller === 'knative' ? 'firewallKnative' : 'firewall',
          args: { host, node: known.node?.name ?? 'of the pod' },
          ...rest,
          fixes,
        });
      }
      const repository = failure.reference?.repository ?? image;
      const who =
        known.secrets.named.map((secret) => `Secret ${secret.ref.name}`).join(', ') ||
        (known.puller === 'knative' ? 'nobody (no pull secret)' : 'the identity of the node');
      const fixes = [
        advice(
          `Grant the right to pull ${repository}`,
          'The next pull succeeds.',
          [
            `The caller is the account of ${who}. Give it the right to read ${repository} (ACR: role AcrPull; ECR: ecr:BatchGetImage and ecr:GetDownloadUrlForLayer; Artifact Registry: roles/artifactregistry.reader; GHCR: scope read:packages).`,
          ],
          known.target,
        ),
        ...skipResolving(host, known.target),
      ];
      return context.found({
        message: error.status === 402 ? 'payment' : 'permission',
        args: { host, repository },
        ...rest,
        fixes,
      });
    });
  },
});
