/** Cause: the working directory of a container does not exist or may not be entered. */
import { changeContainer } from '../../../fixes/container-change.ts';
import { imageRef } from '../../../model/reference.ts';
import { textAt } from '../../../model/json.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { startFailures } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5304',
  name: 'WorkingDirectoryMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The working directory of a container cannot be entered',
  appliesTo: ['Pod'],
  effects: ['container-not-started', 'container-not-created'],
  aliases: ['chdir to cwd', 'mkdir to cwd', 'working directory'],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    cannot: 'Container {container} cannot enter its working directory {directory}',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(({ error }) => error.class === 'working-directory');
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    if (error.class !== 'working-directory') return context.notApplicable('the runtime names another reason');
    const inSpec = textAt(container.spec, 'workingDir') !== undefined;
    return context.found({
      message: 'cannot',
      args: { container: container.name, directory: error.directory },
      subject: inSpec ? template.workload : imageRef(container.image),
      ...(inSpec ? { container: container.name } : {}),
      certainty: 'confirmed',
      basis: "the runtime's message names the directory",
      consequence: 'The process never runs.',
      cite: citations,
      trace: [{ text: `the runtime says: ${error.detail}`, cite: citations }],
      fixes: [
        changeContainer(
          template,
          container.name,
          { workingDir: '<DIRECTORY_IN_THE_IMAGE>' },
          {
            title: `Give container ${container.name} a working directory that it can enter`,
            applicability: 'fill-in',
            change: `set workingDir of container ${container.name} to a directory that is in the image and that its user may enter`,
          },
        ),
      ],
    });
  },
});
