/** Cause: the file that a container is to run has no execute permission. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { advice } from '../../../fixes/advice.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { imageRef } from '../../../model/reference.ts';
import { mountOf } from '../../../views/start-failures.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { startFailures } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5302',
  name: 'EntrypointNotExecutable',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The start file of a container may not be executed',
  appliesTo: ['Pod'],
  effects: ['container-not-started', 'container-exits'],
  aliases: [
    'entrypoint-permission-denied',
    'entrypoint-not-executable',
    'permission denied',
    'StartError',
    'ExitCode126',
  ],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    image: '{program} in the image {image} has no execute permission',
    volume: '{program} of container {container} comes from the volume {volume} without execute permission',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(({ error }) => error.class === 'permission-denied');
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    if (error.class !== 'permission-denied') return context.notApplicable('the runtime names another reason');
    const { program } = error;
    const mount = mountOf(container, program);
    const common = {
      certainty: 'confirmed' as const,
      basis: "the runtime's message says permission denied for that file",
      consequence: 'The process never runs, so there is no log.',
      cite: citations,
      trace: [{ text: `the runtime says: ${error.detail}`, cite: citations }],
    };
    if (mount) {
      return context.found({
        message: 'volume',
        args: { program, container: container.name, volume: mount.volume },
        subject: template.workload,
        container: container.name,
        ...common,
        fixes: [
          changeContainer(
            template,
            container.name,
            { command: ['/bin/sh', program] },
            {
              title: `Start ${program} through a shell`,
              applicability: 'review',
              change: `start ${program} through a shell`,
            },
          ),
          advice(
            template.workload,
            `Give the volume ${mount.volume} defaultMode 0755`,
            'Set defaultMode: 0755 beside the name of its ConfigMap or Secret; on another volume, give the file the mode itself',
          ),
        ],
      });
    }
    return context.found({
      message: 'image',
      args: { program, image: container.image },
      subject: imageRef(container.image),
      ...common,
      fixes: [
        rebuildImage(
          container.image,
          `with ${program} executable`,
          template.workload,
          `Write RUN chmod +x ${program} into the Dockerfile, or COPY the file with --chmod=0755`,
        ),
      ],
    });
  },
});
