/** Cause: KEDA cannot make an autoscaler of a ScaledObject, or reads no metric for it. */
import { startAgain } from '../../../fixes/gateway.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { scaledObject } from '../../../views/scaled-object.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS8111',
  name: 'ScaledObjectNotReady',
  stage: 'behaviour',
  role: 'cause',
  since: '0.1.0',
  title: 'KEDA does not scale by a ScaledObject',
  appliesTo: ['ScaledObject'],
  looksAt: 'asked',
  effects: ['not-scaled'],
  aliases: ['ScaledObjectCheckFailed', 'ScaledObject', 'KEDAScalerFailed', 'TriggerError', 'keda-operator'],
  needs: { scaled: scaledObject },
  messages: {
    failed: 'KEDA does not scale by ScaledObject {name}: {words}',
    down: 'No replica of Deployment {operator} is ready, and ScaledObject {name} waits for it',
  },
  check({ scaled }, context) {
    if (scaled.state === 'unknown') return context.unknown(scaled.gap);
    if (scaled.state === 'absent') return context.notApplicable('the ScaledObject does not exist any more');
    const { object, root, failing, silent, operator } = scaled.value;
    const { name } = object.ref;
    const affects = [object.ref, ...(root.name === name && root.kind === object.ref.kind ? [] : [root])];
    if (failing !== undefined)
      return context.found({
        message: 'failed',
        args: { name, words: quoted(failing.message, BRIEF) },
        subject: object.ref,
        affects,
        certainty: 'confirmed',
        basis: 'its condition quotes the error',
        consequence: 'The number of pods stays as it is; a workload that waits at zero is not woken.',
        cite: [failing.cite],
        fixes: [
          fix({
            title: 'Correct the trigger, or what it reads from',
            applicability: 'advice',
            effect: 'KEDA tries again at its next polling interval, 30 s by default.',
            steps: [
              kubectl(object.ref, ['describe', 'scaledobject', name], false),
              manual(
                'The message names the trigger: its address, its credentials (TriggerAuthentication), or the workload that it is to scale.',
              ),
            ],
            verify: verifyWithInferscope(root),
          }),
        ],
      });
    if (!silent) return context.ruledOut('KEDA says that it is Ready', scaled.cite);
    if (operator?.state === 'unknown') return context.unknown(operator.gap);
    if (operator?.state !== 'present') return context.notApplicable('no KEDA operator was found under its usual name');
    const { workload, down, cites } = operator.value;
    if (!down) return context.ruledOut('the KEDA operator runs', ...cites);
    return context.found({
      message: 'down',
      args: { operator: workload.ref.name, name },
      subject: workload.ref,
      affects,
      certainty: 'confirmed',
      basis: 'the Deployment has no ready pod, and the ScaledObject has no status',
      consequence: 'The number of pods stays as it is; a workload that waits at zero is not woken.',
      cite: [...cites, object.cite(`ScaledObject ${name} without status`, '')],
      fixes: [startAgain(workload)],
    });
  },
});
