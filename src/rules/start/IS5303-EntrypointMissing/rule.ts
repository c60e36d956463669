/** Cause: the file that a container is to run, or the interpreter that its first line names, does not exist. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { programOrigin } from '../../../views/program-origin.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { startFailures } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5303',
  name: 'EntrypointMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The start file of a container, or its interpreter, does not exist',
  appliesTo: ['Pod'],
  effects: ['container-not-started', 'container-exits'],
  aliases: ['no such file or directory', 'StartError', 'ExitCode255', 'ExitCode127', 'bad interpreter'],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    missing: 'The command of container {container} is {program}, which does not exist in the image {image}',
    image: 'The image {image} starts {program}, and that file or the interpreter of its first line does not exist',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(({ error }) => error.class === 'no-such-file');
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    if (error.class !== 'no-such-file') return context.notApplicable('the runtime names another reason');
    const { fromSpec, subject, place } = programOrigin(failure, error.program, template.workload);
    const { program } = error;
    const found = {
      subject,
      certainty: 'confirmed' as const,
      basis: "the runtime's message names the file",
      consequence: 'The process never runs, so there is no log.',
      cite: [...citations, place] as const,
      trace: [{ text: `the runtime says: ${error.detail}`, cite: citations }],
      fixes: [
        rebuildImage(
          container.image,
          `with ${program} in it`,
          template.workload,
          `If the file is there, its first line names an interpreter that is not, or ends in a Windows line end: sed -i 's/\\r$//' ${program}`,
        ),
      ],
    };
    return fromSpec
      ? context.found({
          message: 'missing',
          args: { container: container.name, program, image: container.image },
          ...found,
          container: container.name,
        })
      : context.found({ message: 'image', args: { program, image: container.image }, ...found });
  },
});
