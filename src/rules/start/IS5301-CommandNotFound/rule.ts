/** Cause: the program that a container is to run is not in the image. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { programOrigin } from '../../../views/program-origin.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { startFailures } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5301',
  name: 'CommandNotFound',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program of a container is not in its image',
  appliesTo: ['Pod'],
  effects: ['container-not-started'],
  aliases: [
    'command-not-found',
    'executable file not found in $PATH',
    'StartError',
    'RunContainerError',
    'ExitCode128',
  ],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    missing: 'The command of container {container} is {program}, which is not in the image {image}',
    image: 'The image {image} starts {program}, which it does not contain',
    line: 'The command of container {container} is one word with spaces, {program}, and no such program exists',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(({ error }) => error.class === 'command-not-found');
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    if (error.class !== 'command-not-found') return context.notApplicable('the runtime names another reason');
    const { fromSpec, subject, place } = programOrigin(failure, error.program, template.workload);
    const { program } = error;
    const oneWord = fromSpec && program.includes(' ');
    const common = {
      subject,
      ...(fromSpec ? { container: container.name } : {}),
      certainty: 'confirmed' as const,
      basis: "the runtime's message names the program",
      consequence: 'The process never runs, so there is no log.',
      cite: [...citations, place] as const,
      trace: [{ text: `the runtime says: ${error.detail}`, cite: citations }],
    };
    const command = oneWord ? program.split(/\s+/) : ['<PROGRAM_IN_THE_IMAGE>'];
    const change = changeContainer(
      template,
      container.name,
      { command },
      {
        title: oneWord
          ? `Give container ${container.name} its command as separate words`
          : `Give container ${container.name} a command that the image has`,
        applicability: oneWord ? 'review' : 'fill-in',
        change: oneWord
          ? `write the command of container ${container.name} as a list of words`
          : `set the command of container ${container.name} to a program of the image`,
      },
    );
    const rebuild = rebuildImage(
      container.image,
      `with ${program.slice(0, 100)} installed and on the PATH`,
      template.workload,
    );
    if (oneWord)
      return context.found({
        message: 'line',
        args: { container: container.name, program },
        ...common,
        fixes: [change],
      });
    const args = { container: container.name, program, image: container.image };
    return fromSpec
      ? context.found({ message: 'missing', args, ...common, fixes: [rebuild, change] })
      : context.found({ message: 'image', args: { program, image: container.image }, ...common, fixes: [rebuild] });
  },
});
