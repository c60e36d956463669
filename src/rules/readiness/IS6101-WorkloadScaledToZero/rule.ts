/** Cause: a workload that somebody asks for is scaled to zero, and nothing that scales by itself did it. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { workloadScale } from '../../../views/workload-scale.ts';
import { defineRule } from '../../define.ts';
import { kindWord, nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS6101',
  name: 'WorkloadScaledToZero',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The workload is scaled to zero',
  appliesTo: ['Deployment', 'StatefulSet'],
  looksAt: 'asked',
  effects: ['rollout-stopped', 'service-without-endpoints'],
  aliases: ['replicas: 0', '0/0', 'scaled-to-zero', 'workload-scaled-to-zero', 'No resources found'],
  needs: { scale: workloadScale, owner: fieldOwner },
  messages: {
    zero: '{kind} {name} asks for 0 replicas, so nothing of it runs',
    by: '{kind} {name} asks for 0 replicas, so nothing of it runs; {manager} set that at {at}',
  },
  check({ scale, owner }, context) {
    if (scale.state === 'unknown') return context.unknown(scale.gap);
    if (scale.state === 'absent') return context.notApplicable('the workload does not exist');
    const { workload, replicas, writer, autoscalers, byKnative, services } = scale.value;
    if (replicas > 0) return context.ruledOut('it asks for replicas', workload.cite('replicas', '/spec'));
    if (byKnative) return context.notApplicable('Knative scales it, to zero as well');
    const parent = scale.value.owner;
    if (parent !== undefined)
      return context.notApplicable(`${nameWithKind(parent)} owns it and decides over its replicas`);
    const scaler = autoscalers.find((object) => object.ref.kind === 'ScaledObject');
    if (scaler !== undefined || (writer !== undefined && /keda/.test(writer.manager)))
      return context.notApplicable('KEDA scales it, to zero as well');
    const name = `${kindWord(context.on)}/${context.on.name}`;
    const to = (count: number) => kubectl(context.on, ['scale', name, `--replicas=${count}`], true);
    const common = {
      subject: context.on,
      affects: [context.on, ...services],
      certainty: 'confirmed',
      basis: 'its own spec says so',
      consequence:
        autoscalers.length === 0
          ? 'Services before it have no endpoints; every request to them fails.'
          : 'Services before it have no endpoints; a HorizontalPodAutoscaler leaves a workload at zero alone.',
      cite: [workload.cite('replicas asked for', '/spec/replicas')],
      fixes: [
        fix({
          title: `Scale ${nameWithKind(context.on)} up again`,
          applicability: 'review',
          effect: 'Starts pods. Whoever stopped it may have had a reason.',
          steps: [to(1)],
          undo: [to(0)],
          verify: verifyWithInferscope(context.on),
          owner,
        }),
        fix({
          title: 'Leave it, if it is stopped on purpose',
          applicability: 'advice',
          effect: 'Nothing changes.',
          steps: [manual(`${nameWithKind(context.on)} does what its spec says; there is nothing to mend.`)],
          verify: kubectl(context.on, ['get', name], false),
        }),
      ],
    } as const;
    const args = { kind: context.on.kind, name: context.on.name };
    if (writer === undefined) return context.found({ message: 'zero', args, ...common });
    return context.found({
      message: 'by',
      args: { ...args, manager: writer.manager, at: writer.at },
      ...common,
      since: writer.at,
    });
  },
});
