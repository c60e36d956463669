/** Cause: Knative marked a Revision failed while its pod waited for a node, and the pod has one now: a cluster autoscaler, or room that came free. */
import { fix, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { knativeUnscheduled } from '../../../views/knative-unscheduled.ts';
import { KNATIVE_NAMESPACE } from '../../../views/knative-config.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS6127',
  name: 'RevisionGivenUpUnscheduled',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'Knative marked a Revision failed before its pod got a node',
  appliesTo: ['Revision'],
  looksAt: 'asked',
  effects: ['rollout-timed-out'],
  aliases: ['Unschedulable', 'nodes are available', 'pod-is-always-schedulable', 'TriggeredScaleUp'],
  needs: { waited: knativeUnscheduled },
  messages: { stale: 'Revision {revision} is marked failed for want of a node, and its pod has one since' },
  check({ waited }, context) {
    if (waited.state === 'unknown') return context.unknown(waited.gap);
    if (waited.state === 'absent') return context.notApplicable('the Revision does not exist any more');
    if (waited.value === undefined) return context.notApplicable('it is not marked Unschedulable');
    const { revision, condition, placed, unplaced } = waited.value;
    if (unplaced !== undefined) return context.ruledOut('its pod still has no node', unplaced);
    if (placed === undefined) return context.notApplicable('it has no pod now');
    const { root } = revision;
    const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: KNATIVE_NAMESPACE, name: 'config-deployment' };
    const key = 'pod-is-always-schedulable';
    return context.found({
      message: 'stale',
      args: { revision: revision.object.ref.name },
      subject: config,
      affects: revision.affects,
      certainty: 'likely',
      basis: 'the Revision still says Unschedulable, and its pod has a node; Knative does not watch pods',
      consequence: 'The Revision gets Ready when its pod does. Until then everything above it says RevisionFailed.',
      cite: [condition, placed],
      fixes: [
        fix({
          title: 'Let Knative wait for nodes',
          applicability: 'review',
          effect:
            'Holds for the whole cluster: a pod without a node no longer fails its Revision at once, only at the progress deadline.',
          steps: [patch(config, { data: { [key]: 'true' } })],
          undo: [patch(config, { data: { [key]: null } })],
          verify: verifyWithInferscope(root),
        }),
      ],
    });
  },
});
