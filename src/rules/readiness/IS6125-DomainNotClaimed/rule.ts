/** Cause: a DomainMapping may not have its domain, or names something that cannot be served under it. */
import { fix, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { textAt } from '../../../model/json.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { domainClaim } from '../../../views/knative-domain-claim.ts';
import { knativeComplaint } from '../../../views/knative-complaint.ts';
import { KNATIVE_NAMESPACE } from '../../../views/knative-config.ts';
import { unclaimedDomain } from '../../../views/parse/knative-message.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS6125',
  name: 'DomainNotClaimed',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'A DomainMapping does not get its domain or its target',
  appliesTo: ['DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled'],
  aliases: [
    'DomainAlreadyClaimed',
    'DomainClaimFailed',
    'The domain name is already in use by another DomainMapping',
    'no ClusterDomainClaim found for domain',
    'ResolveFailed',
  ],
  needs: { complaint: knativeComplaint, claim: domainClaim },
  messages: {
    elsewhere: 'Domain {domain} is claimed for namespace {namespace}, so the DomainMapping does not get it',
    taken: 'Domain {domain} is claimed by another DomainMapping',
    unclaimed: 'No ClusterDomainClaim gives domain {domain} to namespace {namespace}',
    target: 'DomainMapping {domain} names a target that cannot be served: {words}',
  },
  check({ complaint, claim }, context) {
    if (complaint.state === 'unknown') return context.unknown(complaint.gap);
    if (complaint.state === 'absent' || complaint.value === undefined)
      return context.notApplicable('it complains of nothing');
    const { conditions, affects } = complaint.value;
    const domain = context.on.name;
    const namespace = context.on.namespace ?? 'default';
    const claimed = conditions.find(({ type }) => type === 'DomainClaimed');
    if (claimed?.status === 'False' || (claimed !== undefined && unclaimedDomain(claimed.message) !== undefined)) {
      const ref: ResourceRef = {
        apiVersion: 'networking.internal.knative.dev/v1alpha1',
        kind: 'ClusterDomainClaim',
        name: domain,
      };
      const holder = claim.state === 'present' ? textAt(claim.value.body, 'spec', 'namespace') : undefined;
      const rest = {
        affects,
        certainty: 'confirmed',
        basis: 'its condition DomainClaimed says so',
        consequence: 'A domain belongs to one namespace of the cluster; the gateway gets no route for it.',
        cite: [claimed.cite, ...(claim.state === 'present' ? [claim.cite] : [])],
      } as const;
      if (unclaimedDomain(claimed.message) !== undefined || claim.state === 'absent')
        return context.found({
          message: 'unclaimed',
          args: { domain, namespace },
          subject: ref,
          ...rest,
          fixes: [create(ref, namespace, context.on), autocreate(context.on)],
        });
      if (holder !== undefined && holder !== namespace)
        return context.found({
          message: 'elsewhere',
          args: { domain, namespace: holder },
          subject: ref,
          ...rest,
          fixes: [
            fix({
              title: `Give domain ${domain} to namespace ${namespace}, or use another`,
              applicability: 'advice',
              effect: `The DomainMapping of ${holder} loses the domain.`,
              steps: [
                manual(
                  `Delete DomainMapping ${domain} in ${holder}; its claim goes with it where Knative made it. Else set spec.namespace of ClusterDomainClaim ${domain} to ${namespace}.`,
                ),
              ],
              verify: verifyWithInferscope(context.on),
            }),
          ],
        });
      return context.found({ message: 'taken', args: { domain }, subject: context.on, ...rest, fixes: [] });
    }
    const reference = conditions.find(({ type, status }) => type === 'ReferenceResolved' && status === 'False');
    if (reference === undefined) return context.notApplicable('it has its domain and its target');
    return context.found({
      message: 'target',
      args: { domain, words: quoted(reference.message, BRIEF) },
      subject: context.on,
      affects,
      certainty: 'confirmed',
      basis: 'its condition ReferenceResolved quotes the error',
      consequence: 'A DomainMapping serves a Knative Service of its own namespace, by name and without a path.',
      cite: [reference.cite],
      fixes: [
        fix({
          title: 'Name a Knative Service of the same namespace',
          applicability: 'fill-in',
          effect: 'The domain leads to that service.',
          steps: [
            patch(context.on, {
              spec: { ref: { apiVersion: 'serving.knative.dev/v1', kind: 'Service', name: '<KNATIVE_SERVICE>' } },
            }),
          ],
          undo: [manual('Write the former spec.ref back.')],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
  },
});

function create(claim: ResourceRef, namespace: string, asked: ResourceRef) {
  return fix({
    title: `Claim domain ${claim.name} for namespace ${namespace}`,
    applicability: 'advice',
    effect: 'Only DomainMappings of that namespace may use the domain.',
    steps: [
      manual(
        `Apply an object of kind ClusterDomainClaim (networking.internal.knative.dev/v1alpha1) with metadata.name ${claim.name} and spec.namespace ${namespace}.`,
      ),
    ],
    verify: verifyWithInferscope(asked),
  });
}

function autocreate(asked: ResourceRef) {
  const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: KNATIVE_NAMESPACE, name: 'config-network' };
  const key = 'autocreate-cluster-domain-claims';
  return fix({
    title: 'Let Knative claim domains by itself',
    applicability: 'review',
    effect: 'From now on whoever may make a DomainMapping takes any domain that nobody has yet.',
    steps: [patch(config, { data: { [key]: 'true' } })],
    undo: [patch(config, { data: { [key]: null } })],
    verify: verifyWithInferscope(asked),
  });
}
