/** The RuntimeClass of a pod names a handler that the container runtime of its node does not know. */
import { defineRule } from '../../define.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { creationFailure } from '../../../views/creation-failure.ts';
import { whereSandboxFails } from '../../../views/mount-answer.ts';
import { parseContainerError } from '../../../views/parse/container-error.ts';

export default defineRule({
  code: 'IS9205',
  name: 'RuntimeHandlerMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The runtime of a node does not know the handler of a RuntimeClass',
  appliesTo: ['Pod'],
  effects: ['container-not-created'],
  aliases: [
    'no runtime for is configured',
    'failed to find runtime handler',
    'RuntimeClass',
    'nvidia runtime',
    'runtime-handler-missing',
  ],
  needs: { creation: creationFailure },
  messages: {
    missing:
      'The runtime on Node {node} knows no handler {handler}, which {workload} asks for through RuntimeClass {runtimeClass}',
  },
  check({ creation }, context) {
    const opened = whereSandboxFails(creation, context);
    if (opened.verdict) return opened.verdict;
    const { failure, event } = opened;
    const error = parseContainerError(event.message);
    if (error.class !== 'runtime-handler-missing')
      return context.ruledOut('the sandbox fails for another reason', event.cite());
    const runtimeClass = textAt(failure.pod.body, 'spec', 'runtimeClassName');
    return context.found({
      message: 'missing',
      args: {
        node: failure.node?.name ?? 'of the pod',
        handler: error.handler,
        workload: nameWithKind(failure.workload),
        runtimeClass: runtimeClass ?? 'of the cluster',
      },
      subject: failure.node ?? failure.workload,
      affects: [failure.pod.ref],
      certainty: 'confirmed',
      basis: 'the runtime names the handler',
      consequence:
        'Pods of this RuntimeClass start only on nodes whose runtime is set up for it (for GPUs by the NVIDIA container toolkit).',
      since: event.first,
      cite: [event.cite(), failure.pod.cite('its RuntimeClass', '/spec/runtimeClassName')],
      fixes: [
        fix({
          title: `Set up the handler ${error.handler} on the node, or keep the pod to nodes that have it`,
          applicability: 'advice',
          effect: 'A change of the runtime’s configuration needs a restart of the runtime on that node.',
          steps: [
            manual(
              'Install the handler (for nvidia: the container toolkit, or the toolkit of the GPU operator) and restart the runtime; or give the RuntimeClass a scheduling.nodeSelector for the nodes that have it.',
            ),
          ],
          verify: verifyWithInferscope(failure.workload),
        }),
      ],
    });
  },
});
