/** Cause: the traffic of a Route names a Revision or Configuration that is not there, or is another service's. */
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { knativeComplaint } from '../../../views/knative-complaint.ts';
import { trafficFault } from '../../../views/parse/knative-message.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS6123',
  name: 'TrafficTargetMissing',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The traffic of a Route names a Revision or Configuration that it cannot have',
  appliesTo: ['Route', 'Configuration'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled'],
  aliases: [
    'referenced in traffic not found',
    'ConfigurationMissing',
    'RevisionNotOwned',
    'RevisionDeleted',
    'does not belong to Service',
    'was deleted',
  ],
  needs: { complaint: knativeComplaint },
  messages: {
    missing: '{workload} sends traffic to {kind} {name}, which does not exist',
    foreign: '{workload} sends traffic to Revision {name}, which belongs to another Service',
    deleted: 'Revision {name}, the newest of {workload}, was deleted',
  },
  check({ complaint }, context) {
    if (complaint.state === 'unknown') return context.unknown(complaint.gap);
    if (complaint.state === 'absent' || complaint.value === undefined)
      return context.notApplicable('its conditions tell of no fault of the traffic');
    const { conditions, root, affects } = complaint.value;
    for (const { message, cite } of conditions) {
      const fault = trafficFault(message);
      if (fault === undefined) continue;
      const workload = nameWithKind(root);
      const rest = {
        subject: root,
        affects,
        certainty: 'confirmed',
        basis: 'its condition names the target',
        cite: [cite],
      } as const;
      if (fault.fault === 'deleted')
        return context.found({
          message: 'deleted',
          args: { workload, name: fault.name },
          ...rest,
          consequence: 'Knative does not make a Revision twice: only a change of the template makes a new one.',
          fixes: [again(root)],
        });
      const args = { workload, kind: fault.kind, name: fault.name };
      const common = {
        ...rest,
        consequence:
          'One target that cannot be had keeps the whole Route from being changed; what it sent before stays.',
        fixes: [toNewest(root)],
      };
      return fault.fault === 'missing'
        ? context.found({ message: 'missing', args, ...common })
        : context.found({ message: 'foreign', args, ...common });
    }
    return context.notApplicable('its conditions tell of no fault of the traffic');
  },
});

function toNewest(root: ResourceRef): Fix {
  const verify = verifyWithInferscope(root);
  if (root.apiVersion.startsWith('serving.knative.dev/') && root.kind === 'Service')
    return fix({
      title: 'Send all traffic to the newest ready Revision',
      applicability: 'review',
      effect: 'All requests go to the newest Revision; the split and the tags that were written are lost.',
      steps: [
        kubectl(root, ['get', 'services.serving.knative.dev', root.name, '-o', 'jsonpath={.spec.traffic}'], false),
        patch(root, { spec: { traffic: [{ latestRevision: true, percent: 100 }] } }),
      ],
      undo: [manual('Write the traffic back that the first step printed.')],
      verify,
    });
  return fix({
    title: 'Name a Revision that exists',
    applicability: 'advice',
    effect: 'The Route sends traffic there.',
    steps: [
      kubectl(root, ['get', 'revisions.serving.knative.dev'], false),
      manual(
        root.kind === 'InferenceService'
          ? `Set canaryTrafficPercent of the component of InferenceService ${root.name} to 100, or remove it: KServe then sends all traffic to the newest Revision.`
          : `In spec.traffic of ${nameWithKind(root)}, name one of these, or latestRevision: true.`,
      ),
    ],
    verify,
  });
}

function again(root: ResourceRef): Fix {
  return fix({
    title: 'Make a new Revision',
    applicability: 'advice',
    effect: 'Knative makes the next Revision of the changed template.',
    steps: [manual(`Change something in the template of ${nameWithKind(root)}, an annotation for instance.`)],
    verify: verifyWithInferscope(root),
  });
}
