/** Cause: a policy of the node or of the registry forbids the image: signature, vulnerabilities, blocked registry, short name. */
import { defineRule } from '../../define.ts';
import { advice, setImage } from '../../../fixes/images.ts';
import { imageRef, registryRef } from '../../../model/reference.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';

export default defineRule({
  code: 'IS3121',
  name: 'ImagePolicyBlocked',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'A policy of the node or the registry blocks the image',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled'],
  aliases: [
    'image-policy-blocked',
    'SignatureValidationFailed',
    'Source image rejected',
    'is blocked in',
    'cannot be pulled due to configured policy',
    'PROJECTPOLICYVIOLATION',
    'did not resolve to an alias and no unqualified-search registries are defined',
    'short name mode is enforcing',
  ],
  needs: { pull: imagePull },
  messages: {
    signature: 'Image {image} lacks a signature that the policy accepts',
    scan: 'Image {image} is held back by the scan policy of its registry',
    registry: 'Registry {host} is blocked by the configuration of node {node}',
    shortName: '{workload} names image {image} without a registry, and node {node} has none for such names',
    other: 'Image {image} is blocked by a policy: {detail}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['blocked', 'short-name'], (failure, known) => {
      const { image, host, cite, detail, mechanism, container } = failure;
      const { target } = known;
      if (/is not allowed access|aka\.ms\/acr\/firewall/.test(detail))
        return context.ruledOut('a firewall of the registry blocks the node, no policy the image', cite[0]);
      const node = known.node?.name ?? 'of the pod';
      const rest = {
        certainty: 'confirmed',
        basis: 'the policy is quoted',
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the pull is blocked: ${detail}`, cite: [cite[0]] }],
      } as const;
      const none = 'Nothing in the cluster changes.';
      if (mechanism === 'short-name') {
        const workload = nameWithKind(failure.origin.ref);
        const full = image.includes('/') ? `docker.io/${image}` : `docker.io/library/${image}`;
        const fixes = [setImage(failure, full, target, 'Name the image with its registry')];
        return context.found({
          message: 'shortName',
          args: { workload, image, node },
          subject: failure.origin.ref,
          container: container.name,
          ...rest,
          fixes,
        });
      }
      if (/signature|not signed/i.test(detail)) {
        const fixes = [
          advice(
            'Sign the image, or accept its key',
            none,
            [
              `Sign ${image} with the key that the policy names (cosign sign ${image}), or add the key to the policy (/etc/containers/policy.json, or the project of the registry).`,
            ],
            target,
          ),
        ];
        return context.found({
          message: 'signature',
          args: { image },
          subject: imageRef(image),
          ...rest,
          fixes,
        });
      }
      if (/vulnerabilit|configured policy/i.test(detail)) {
        const fixes = [
          advice(
            'Mend what the scan found, or let the image pass',
            none,
            [
              `Rebuild ${image} on a base image without the findings and push it, have it scanned, or add the findings to the allow-list of the project at ${host}.`,
            ],
            target,
          ),
        ];
        return context.found({
          message: 'scan',
          args: { image },
          subject: imageRef(image),
          ...rest,
          fixes,
        });
      }
      if (/is blocked in/.test(detail)) {
        const fixes = [
          advice(
            `Unblock ${host}, or pull from an allowed registry`,
            none,
            [
              `In the file that the message names, on every node: blocked = false for ${host} (OpenShift: image.config.openshift.io/cluster, registrySources). Or copy the image to a registry that is allowed.`,
            ],
            target,
          ),
        ];
        return context.found({
          message: 'registry',
          args: { host, node },
          subject: registryRef(host),
          ...rest,
          fixes,
        });
      }
      const fixes = [
        advice(
          'Ask who sets the policy',
          none,
          [`The registry ${host} or the configuration of node ${node} blocks ${image}.`],
          target,
        ),
      ];
      return context.found({
        message: 'other',
        args: { image, detail: quoted(detail, BRIEF) },
        subject: imageRef(image),
        ...rest,
        fixes,
      });
    });
  },
});
