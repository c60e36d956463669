/** Cause: the object that an autoscaler is to scale does not exist, or has no scale. */
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { autoscalerState } from '../../../views/autoscaler-state.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS8103',
  name: 'AutoscalerTargetMissing',
  stage: 'behaviour',
  role: 'cause',
  since: '0.1.0',
  title: 'The object that the autoscaler is to scale does not exist',
  appliesTo: ['HorizontalPodAutoscaler'],
  looksAt: 'asked',
  effects: ['not-scaled'],
  aliases: [
    'FailedGetScale',
    "the HPA controller was unable to get the target's current scale",
    'autoscaler-target-missing',
  ],
  needs: { autoscaler: autoscalerState },
  messages: {
    missing: 'HorizontalPodAutoscaler {name} is to scale {kind} {target}, which does not exist{similar}',
    kind: 'HorizontalPodAutoscaler {name} is to scale {kind} {target}, a kind that the cluster does not serve',
  },
  check({ autoscaler }, context) {
    if (autoscaler.state === 'unknown') return context.unknown(autoscaler.gap);
    if (autoscaler.state === 'absent') return context.notApplicable('the autoscaler does not exist');
    const { failing, object, target, owner } = autoscaler.value;
    if (failing === undefined)
      return context.ruledOut(
        'it computes and scales',
        object.cite('conditions of the autoscaler', '/status/conditions'),
      );
    const { trouble } = failing;
    if (trouble.class !== 'target-missing' && trouble.class !== 'target-kind-unknown')
      return context.ruledOut('it reads the scale of its target', failing.cite);
    if (target === undefined) return context.notApplicable('the autoscaler names no target');
    if (trouble.class === 'target-missing' && target.found.state === 'present')
      return context.ruledOut('the target exists', target.found.cite);
    const absent = target.found.state === 'absent' ? [target.found.cite] : [];
    const similar = target.similar[0];
    const verify = verifyWithInferscope(object.ref);
    const undo = patch(object.ref, {
      spec: { scaleTargetRef: { name: textAt(object.body, 'spec', 'scaleTargetRef', 'name') ?? '' } },
    });
    const written = owner === undefined ? undefined : nameWithKind(owner);
    const common = {
      subject: object.ref,
      certainty: 'confirmed',
      basis:
        absent.length > 0
          ? 'the autoscaler says so, and no such object exists'
          : 'the autoscaler quotes the API server',
      consequence: 'Nothing is scaled by this autoscaler.',
      cite: [failing.cite, object.cite('what it is to scale', '/spec/scaleTargetRef'), ...absent],
      fixes: [
        written === undefined && similar !== undefined && trouble.class === 'target-missing'
          ? fix({
              title: `Let the autoscaler scale ${target.ref.kind} ${similar}`,
              applicability: 'review',
              effect: `From then on the autoscaler sets the replicas of ${target.ref.kind} ${similar}.`,
              steps: [patch(object.ref, { spec: { scaleTargetRef: { name: similar } } })],
              undo: [undo],
              verify,
            })
          : fix({
              title: 'Name a target that exists, or delete the autoscaler',
              applicability: 'advice',
              effect: 'An autoscaler without a target does nothing.',
              steps: [
                kubectl(object.ref, ['get', 'deployments,statefulsets'], false),
                manual(
                  `Correct spec.scaleTargetRef (apiVersion, kind and name) of ${written ?? `HorizontalPodAutoscaler ${object.ref.name}`}.`,
                ),
              ],
              verify,
            }),
      ],
    } as const;
    const args = { name: object.ref.name, kind: target.ref.kind, target: target.ref.name };
    if (trouble.class === 'target-kind-unknown')
      return context.found({
        message: 'kind',
        args,
        ...common,
        trace: [{ text: `the API server answers: ${quoted(trouble.detail)}`, cite: [failing.cite] }],
      });
    return context.found({
      message: 'missing',
      args: { ...args, similar: similar === undefined ? '' : `; there is ${similar}` },
      ...common,
    });
  },
});
