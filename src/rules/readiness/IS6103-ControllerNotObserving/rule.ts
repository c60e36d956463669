/** Cause: the controller of a workload has not looked at its newest spec for long; it does not run, or cannot write. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { numberAt, textAt } from '../../../model/json.ts';
import { nameWithKind, titleOf } from '../../../model/kinds.ts';
import { secondsBetween, spanText } from '../../../views/parse/time.ts';
import { workloadScale } from '../../../views/workload-scale.ts';
import { defineRule } from '../../define.ts';

/** The controllers answer within a second or two; a minute is far more than a change of leader takes. */
const LONG_SECONDS = 60;

export default defineRule({
  code: 'IS6103',
  name: 'ControllerNotObserving',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The controller of the workload does not act on its spec',
  appliesTo: ['Deployment', 'StatefulSet'],
  looksAt: 'asked',
  effects: ['rollout-stopped'],
  aliases: ['observedGeneration', 'Waiting for deployment spec update to be observed', 'controller-not-observing'],
  needs: { scale: workloadScale },
  messages: {
    behind:
      'The controller has seen generation {observed} of {kind} {name}; the spec is at generation {generation} for {span}',
    never: 'The controller has never looked at {kind} {name}, which was made {span} ago',
  },
  check({ scale }, context) {
    if (scale.state === 'unknown') return context.unknown(scale.gap);
    if (scale.state === 'absent') return context.notApplicable('the workload does not exist');
    const { workload, specWrittenAt } = scale.value;
    const generation = numberAt(workload.body, 'metadata', 'generation');
    const observed = numberAt(workload.body, 'status', 'observedGeneration');
    if (generation === undefined) return context.notApplicable('the object has no generation');
    const whole = workload.cite(`status of ${nameWithKind(context.on)}`, '/status');
    if (observed !== undefined && observed >= generation)
      return context.ruledOut('the controller has seen the newest spec', whole);
    const createdAt = textAt(workload.body, 'metadata', 'creationTimestamp');
    const since = specWrittenAt ?? (observed === undefined ? createdAt : undefined);
    const seconds = secondsBetween(since, context.now);
    if (seconds === undefined) return context.notApplicable('nothing tells since when the spec is as it is');
    if (seconds < LONG_SECONDS) return context.notApplicable('the spec was changed a moment ago');
    const common = {
      subject: context.on,
      certainty: 'likely',
      basis: 'observedGeneration stays behind far longer than a controller takes',
      consequence: 'Nothing that was changed in the spec since takes effect, and the status may be old.',
      cite: [whole, workload.cite('generation of the spec', '/metadata/generation')],
      fixes: [
        fix({
          title: 'Find out why the controller does not work',
          applicability: 'advice',
          effect: 'Changes nothing by itself.',
          steps: [
            kubectl({ namespace: 'kube-system' }, ['get', 'lease', 'kube-controller-manager', '-o', 'yaml'], false),
            kubectl({ namespace: 'kube-system' }, ['get', 'pods', '-l', 'component=kube-controller-manager'], false),
            manual('Bring kube-controller-manager back; on a managed cluster, ask the provider.'),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    } as const;
    const args = { kind: titleOf(context.on), name: context.on.name, span: spanText(seconds) };
    if (observed === undefined) return context.found({ message: 'never', args, ...common });
    return context.found({ message: 'behind', args: { ...args, observed, generation }, ...common });
  },
});
