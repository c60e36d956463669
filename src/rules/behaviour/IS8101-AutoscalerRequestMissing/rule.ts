/** Cause: an autoscaler scales on utilisation, and a container declares no request to measure it against. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import { numberAt } from '../../../model/json.ts';
import { sameRef } from '../../../model/reference.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';
import { autoscalerState, type AutoscalerState } from '../../../views/autoscaler-state.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS8101',
  name: 'AutoscalerRequestMissing',
  stage: 'behaviour',
  role: 'cause',
  since: '0.1.0',
  title: 'An autoscaler scales on utilisation, and a container has no request for that resource',
  appliesTo: ['HorizontalPodAutoscaler'],
  looksAt: 'asked',
  effects: ['not-scaled'],
  aliases: [
    'missing request for cpu',
    'missing request for memory',
    'hpa-request-missing',
    'FailedGetResourceMetric',
    'FailedComputeMetricsReplicas',
    'cpu: <unknown>',
  ],
  needs: { autoscaler: autoscalerState },
  messages: {
    container:
      'HorizontalPodAutoscaler {name} scales on {resource}, and container {container} of {target} has no request for it',
    some: 'HorizontalPodAutoscaler {name} scales on {resource}, and a container of {target} has no request for it',
  },
  check({ autoscaler }, context) {
    if (autoscaler.state === 'unknown') return context.unknown(autoscaler.gap);
    if (autoscaler.state === 'absent') return context.notApplicable('the autoscaler does not exist');
    const state = autoscaler.value;
    const { failing, target, object } = state;
    if (failing === undefined)
      return context.ruledOut(
        'it computes and scales',
        object.cite('conditions of the autoscaler', '/status/conditions'),
      );
    const { trouble } = failing;
    if (trouble.class !== 'request-missing')
      return context.ruledOut('the controller gives another reason', failing.cite);
    if (target === undefined) return context.notApplicable('the autoscaler names no target');
    const lacking = state.lacking(trouble.resource);
    // Releases before 1.27 do not name the container: the template tells it.
    const container = trouble.container ?? lacking[0]?.name;
    const args = { name: object.ref.name, resource: trouble.resource, target: nameWithKind(target.ref) };
    const shown = lacking.find((each) => each.name === container);
    const common = {
      subject: target.root,
      affects: [context.on],
      certainty: 'confirmed',
      basis:
        shown === undefined
          ? 'the autoscaler says so'
          : 'the autoscaler says so, and the pod template has no such request',
      consequence: `Utilisation is use divided by request; without a request it cannot be computed, and the replica count stays at ${replicas(state)}.`,
      cite: [
        failing.cite,
        ...(state.event === undefined ? [] : [state.event]),
        ...(shown === undefined ? [] : [shown.cite]),
        object.cite('metrics of the autoscaler', '/spec/metrics'),
      ],
      fixes: fixesFor(state, trouble.resource, container),
    } as const;
    if (container === undefined) return context.found({ message: 'some', args, ...common });
    return context.found({ message: 'container', args: { ...args, container }, container, ...common });
  },
});

function replicas(state: AutoscalerState): string {
  return String(numberAt(state.object.body, 'status', 'currentReplicas') ?? 'what it is');
}

function fixesFor(state: AutoscalerState, resource: string, container: string | undefined): readonly Fix[] {
  const { target, object } = state;
  if (target === undefined) return [];
  const placeholder = `<${resource.toUpperCase().replaceAll(/[^A-Z]/g, '_')}>`;
  const owned = !sameRef(target.root, target.ref);
  const resourceName = `${kindWord(target.ref)}/${target.ref.name}`;
  return [
    fix({
      title: `Give container ${container ?? 'of the target'} a request for ${resource}`,
      applicability: owned || container === undefined ? 'advice' : 'fill-in',
      effect: 'Changes the pod template: the pods are made anew, and scheduled by that request.',
      steps:
        owned || container === undefined
          ? [
              manual(
                `In ${nameWithKind(target.root)}: set resources.requests.${resource} for every container of the pods.`,
              ),
            ]
          : [
              kubectl(
                target.ref,
                ['set', 'resources', resourceName, '-c', container, `--requests=${resource}=${placeholder}`],
                true,
              ),
            ],
      undo: owned || container === undefined ? [] : [kubectl(target.ref, ['rollout', 'undo', resourceName], true)],
      verify: verifyWithInferscope(object.ref),
      owner: state.targetOwner,
    }),
  ];
}
