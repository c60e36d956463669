/** Cause: the NVIDIA runtime hook or the device injection failed while a container was being started. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { imageRef } from '../../../model/reference.ts';
import { command, fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { startFailures } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5305',
  name: 'GpuRuntimeFailed',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The GPU runtime of the node cannot prepare a container',
  appliesTo: ['Pod'],
  effects: ['container-not-started', 'container-not-created'],
  aliases: [
    'nvidia-container-cli',
    'unresolvable CDI devices',
    'CDI device injection failed',
    'unsatisfied condition: cuda',
  ],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    cuda: 'The image of container {container} needs {condition}, and the driver of node {node} is older',
    hook: 'The NVIDIA runtime of node {node} fails for container {container}',
    cdi: 'Node {node} does not know the GPU devices that container {container} asks for',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(({ error }) => error.class === 'gpu-runtime' || error.class === 'cdi-device');
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    const node = failure.state.node ?? 'unknown';
    const nodeRef = { apiVersion: 'v1', kind: 'Node', name: node };
    // The runtime wraps what the hook says into its exit status and its whole output.
    const said = /nvidia-container-cli(?:\.real)?: ([^\n]{1,400})/.exec(error.detail)?.[0] ?? error.detail;
    const detail = said.slice(0, 300);
    const common = {
      certainty: 'confirmed' as const,
      basis: "the runtime quotes the GPU hook's own error",
      consequence: 'The container is never started on that node.',
      cite: citations,
      trace: [{ text: `the runtime says: ${detail}`, cite: citations }],
    };
    if (error.class === 'gpu-runtime' && error.unsatisfied !== undefined) {
      return context.found({
        message: 'cuda',
        args: { container: container.name, condition: error.unsatisfied, node },
        subject: imageRef(container.image),
        ...common,
        fixes: [
          rebuildImage(
            container.image,
            'on a CUDA that the driver of the node supports',
            template.workload,
            'Choose a base image of an older CUDA, or renew the driver of the node instead',
          ),
        ],
      });
    }
    const fixes = [
      fix({
        title: `Mend the GPU stack of node ${node}`,
        applicability: 'advice',
        effect: 'Pods with GPUs start again on that node.',
        steps: [
          command(['kubectl', 'describe', 'node', node], false),
          manual(
            'Look at the driver, container-toolkit and device-plugin pods of the GPU operator on that node; restart the toolkit pod after a driver change, so that the CDI specification is written anew.',
          ),
        ],
        verify: verifyWithInferscope(template.workload),
      }),
    ];
    return context.found({
      message: error.class === 'cdi-device' ? 'cdi' : 'hook',
      args: { container: container.name, node },
      subject: nodeRef,
      ...common,
      fixes,
    });
  },
});
