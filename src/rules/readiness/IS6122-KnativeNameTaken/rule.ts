/** Cause: an object of somebody else has the name that Knative needs for one of its own. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { apiVersionOf, kindNamed, kindWord, nameWithKind } from '../../../model/kinds.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { knativeComplaint } from '../../../views/knative-complaint.ts';
import { takenName } from '../../../views/parse/knative-message.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS6122',
  name: 'KnativeNameTaken',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'An object of somebody else has the name that Knative needs',
  // A Route's own objects are the business of the traffic stage.
  appliesTo: ['Service.serving.knative.dev', 'Revision', 'PodAutoscaler', 'ServerlessService'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'NotOwned',
    'RevisionNameTaken',
    'that we do not own',
    'is taken by a conflicting Revision',
    'is not owned by SKS',
  ],
  needs: { complaint: knativeComplaint },
  messages: {
    taken: '{kind} {name} exists already and does not belong to {object}, which needs that name',
    revision: '{workload} names its next Revision {name}, and a Revision of that name with another template exists',
  },
  check({ complaint }, context) {
    if (complaint.state === 'unknown') return context.unknown(complaint.gap);
    if (complaint.state === 'absent' || complaint.value === undefined)
      return context.notApplicable('its conditions tell of no name that is taken');
    const { conditions, root, affects } = complaint.value;
    for (const { message, cite } of conditions) {
      const taken = takenName(message);
      if (taken === undefined) continue;
      const rest = {
        affects,
        certainty: 'confirmed',
        basis: 'the controller names the object and says that it does not own it',
        cite: [cite],
      } as const;
      if (taken.kind === 'Revision') {
        return context.found({
          message: 'revision',
          args: { workload: nameWithKind(root), name: taken.name },
          subject: root,
          consequence:
            'Revisions never change: the new template is not rolled out, and what served before goes on serving.',
          ...rest,
          fixes: [
            fix({
              title: 'Give the next Revision another name, or none',
              applicability: 'advice',
              effect: 'A new Revision is made of the template.',
              steps: [
                manual(
                  `In the template of ${nameWithKind(root)}, change or remove metadata.name: without it Knative counts by itself.`,
                ),
              ],
              verify: verifyWithInferscope(root),
            }),
          ],
        });
      }
      const object = refOf(taken.kind, taken.name, context.on);
      return context.found({
        message: 'taken',
        args: { kind: taken.kind, name: taken.name, object: nameWithKind(context.on) },
        subject: object,
        consequence: 'Knative leaves objects of others alone: it goes no further until the name is free.',
        ...rest,
        fixes: [
          fix({
            title: `Free the name ${taken.name}`,
            applicability: 'advice',
            effect: `Whoever uses ${nameWithKind(object)} loses it under that name.`,
            steps: [
              kubectl(object, ['get', kindWord(object), object.name, '-o', 'yaml'], false),
              manual(
                `If nobody needs ${nameWithKind(object)}, delete it; else give it, or ${nameWithKind(root)}, another name.`,
              ),
            ],
            verify: verifyWithInferscope(root),
          }),
        ],
      });
    }
    return context.notApplicable('its conditions tell of no name that is taken');
  },
});

function refOf(kind: string, name: string, on: ResourceRef): ResourceRef {
  const info = kindNamed(kind);
  return {
    apiVersion: info === undefined ? 'v1' : apiVersionOf(info),
    kind,
    name,
    ...(on.namespace === undefined ? {} : { namespace: on.namespace }),
  };
}
