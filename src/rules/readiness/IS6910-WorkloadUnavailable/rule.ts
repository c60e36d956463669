/** Symptom: a workload has fewer serving replicas than it wants, or its rollout gave up. */
import { defineRule } from '../../define.ts';
import { workloadHealth } from '../../../views/workload-health.ts';

export default defineRule({
  code: 'IS6910',
  name: 'WorkloadUnavailable',
  stage: 'readiness',
  role: 'symptom',
  since: '0.1.0',
  title: 'A workload has fewer serving replicas than it wants',
  appliesTo: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'],
  looksAt: 'always',
  effects: [],
  aliases: ['ProgressDeadlineExceeded', 'MinimumReplicasUnavailable', 'DeploymentUnavailable'],
  needs: { health: workloadHealth },
  messages: {
    short: '{kind} {name}: {serving} of {desired} replicas serve',
    stalled: '{kind} {name}: {reason}, {serving} of {desired} replicas serve',
  },
  check({ health }, context) {
    if (health.state === 'unknown') return context.unknown(health.gap);
    if (health.state === 'absent') return context.notApplicable('the workload is gone');
    const { state, unhealthy, stalledBy } = health.value;
    if (!unhealthy) return context.ruledOut('it has the replicas that it wants, or is on its way to them', state.cite);
    const args = { kind: context.on.kind, name: context.on.name, serving: state.serving, desired: state.desired };
    const common = { subject: context.on, certainty: 'confirmed', basis: 'its status says so' } as const;
    if (stalledBy)
      return context.found({
        message: 'stalled',
        args: { ...args, reason: stalledBy.reason },
        ...common,
        cite: [stalledBy.cite, state.cite],
      });
    return context.found({ message: 'short', args, ...common, cite: [state.cite] });
  },
});
