/** Cause, general: the kubelet or the runtime refuses to make a container, for a reason that no other rule knows. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { startFailures, startWasTried } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

/** Classes for which no rule of this stage stands. */
const OTHERS = new Set([
  'other',
  'init-oom',
  'cache-sync-timeout',
  'disk-full',
  'deadline',
  'name-reserved',
  'runtime-handler-missing',
]);

export default defineRule({
  code: 'IS5190',
  name: 'ContainerNotMade',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The kubelet cannot make a container',
  general: true,
  appliesTo: ['Pod'],
  effects: ['container-not-created'],
  aliases: ['CreateContainerConfigError', 'CreateContainerError'],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    refused: 'The kubelet cannot make container {container}: {detail}',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(
      (candidate) => OTHERS.has(candidate.error.class) && !startWasTried(candidate.container),
    );
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    return context.found({
      message: 'refused',
      args: { container: container.name, detail: quoted(error.detail, BRIEF) },
      subject: template.workload,
      container: container.name,
      certainty: 'likely',
      basis: 'the message is quoted; no rule knows its mechanism',
      consequence: 'The kubelet tries again and again.',
      cite: citations,
      fixes: [
        fix({
          title: `Act on what the runtime says about container ${container.name}`,
          applicability: 'advice',
          effect: 'None by itself.',
          steps: [
            kubectl(context.on, ['describe', 'pod', context.on.name], false),
            manual(
              'The message after the last colon is the cause; a node that refuses every container has a fault of its own.',
            ),
          ],
          verify: verifyWithInferscope(template.workload),
        }),
      ],
    });
  },
});
