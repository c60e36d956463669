/** Symptom: a controller wants pods and may not create them. The refusal's own words tell the cause; other rules read those. */
import { defineRule } from '../../define.ts';
import { podCreation } from '../../../views/pod-creation.ts';

export default defineRule({
  code: 'IS1900',
  name: 'PodsNotCreated',
  stage: 'admission',
  role: 'symptom',
  since: '0.1.0',
  title: 'A controller may not create its pods',
  appliesTo: ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'],
  looksAt: 'always',
  effects: ['pod-not-created'],
  aliases: ['FailedCreate', 'ReplicaFailure'],
  needs: { creation: podCreation },
  messages: { refused: '{kind} {name} may not create its pods: {created} of {desired} exist' },
  check({ creation }, context) {
    if (creation.state === 'unknown') return context.unknown(creation.gap);
    if (creation.state === 'absent') return context.notApplicable('the object is gone');
    const { refusal, created, desired, cite } = creation.value;
    if (created >= desired) return context.ruledOut('all pods that it wants exist', cite);
    if (refusal === undefined) return context.notApplicable('no refusal is recorded');
    return context.found({
      message: 'refused',
      args: { kind: context.on.kind, name: context.on.name, created, desired },
      subject: context.on,
      certainty: 'confirmed',
      basis: 'its own status and events say so',
      cite: [refusal.cite, cite],
    });
  },
});
