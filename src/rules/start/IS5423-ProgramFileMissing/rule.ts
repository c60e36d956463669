/** Cause: the interpreter runs, and the script or archive that it is to run does not exist. */
import { advice } from '../../../fixes/advice.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { textAt } from '../../../model/json.ts';
import { imageRef } from '../../../model/reference.ts';
import { commandLine } from '../../../views/command-line.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { mountOf } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

/** CPython Modules/main.c; Node.js lib/internal/modules (an absolute path is the file asked for); the JDK's launcher; dash, busybox, bash. */
const MISSING: readonly RegExp[] = [
  /^\S{0,200}python[\d.]{0,6}: can't open file '(?<path>[^'\n]{1,400})': \[Errno (?:2|20)\]/,
  /^Error: Cannot find module '(?<path>\/[^'\n]{1,400}\.[cm]?[jt]s)'/,
  /^Error: Unable to access jarfile (?<path>\S{1,400})/,
  /^(?:\/\S{1,100}\/)?(?:ba|da|a|z|k)?sh: (?:\d+: )?(?:can't open|cannot open) '?(?<path>[^\s':]{1,400})/,
  /^(?:\/\S{1,100}\/)?bash: (?<path>[^\s:]{1,400}): No such file or directory/,
];

export default defineRule({
  code: 'IS5423',
  name: 'ProgramFileMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The script that the interpreter is to run does not exist',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits'],
  aliases: [
    "python: can't open file",
    'Cannot find module',
    'Unable to access jarfile',
    'program-file-missing',
    'ExitCode2',
    'ExitCode127',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    directory: 'Container {container} runs {file} in its workingDir {directory}, where there is no such file',
    volume: 'Container {container} runs {file}, which its volume {volume} does not hold',
    command: 'The command of container {container} runs {file}, which does not exist in the image {image}',
    image: 'The image {image} runs {file}, which does not exist in it',
  },
  check({ runs, template }, context) {
    return judgeRuns(runs, context, { absent: 'the log misses no file of the program' }, (run, log) => {
      const { container } = run;
      const { exit } = container;
      if (!run.ended || exit === undefined || exit.exitCode === 0) return undefined;
      const hit = log.ending(...MISSING);
      const file = hit?.match.groups?.['path'];
      if (hit === undefined || file === undefined) return undefined;
      const { pod } = run.state;
      const directory = textAt(container.spec, 'workingDir')?.replace(/(.)\/+$/, '$1');
      const given = commandLine(container);
      const relative =
        directory !== undefined && file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : undefined;
      const isAsWritten = given.some((entry) => entry.text.includes(file));
      const mount = mountOf(container, file);
      const common = {
        certainty: 'confirmed' as const,
        basis: 'the interpreter names the file',
        consequence: 'Nothing of the program runs, at every start.',
        trace: runTrace(run, log),
        effects: run.effects,
        affects: run.affects,
      };
      if (mount !== undefined)
        return context.found({
          message: 'volume',
          args: { container: container.name, file, volume: mount.volume },
          subject: template.workload,
          container: container.name,
          ...common,
          cite: [hit.cite, pod.cite(`mount of volume ${mount.volume}`, mount.pointer), exit.cite],
          fixes: [
            advice(
              template.workload,
              `Put ${file} into volume ${mount.volume}, or mount it elsewhere`,
              `Compare the path with what volume ${mount.volume} holds; a volume at ${mount.mountPath} hides what the image has there`,
            ),
          ],
        });
      if (directory !== undefined && relative !== undefined && !isAsWritten)
        return context.found({
          message: 'directory',
          args: { container: container.name, file: relative, directory },
          subject: template.workload,
          container: container.name,
          ...common,
          cite: [hit.cite, pod.cite('workingDir', `${container.specPointer}/workingDir`), exit.cite],
          fixes: [
            changeContainer(
              template,
              container.name,
              { workingDir: null },
              {
                title: `Run container ${container.name} in the directory that its image sets`,
                applicability: 'review',
                change: `take workingDir of container ${container.name} out, or set it to the directory that holds ${relative}`,
              },
            ),
          ],
        });
      const rebuild = rebuildImage(container.image, `with ${file} in it`, template.workload);
      const [place] = given;
      if (place !== undefined)
        return context.found({
          message: 'command',
          args: { container: container.name, file, image: container.image },
          subject: template.workload,
          container: container.name,
          ...common,
          cite: [
            hit.cite,
            pod.cite(`command line of container ${container.name}`, place.pointer.replace(/\/\d+$/, '')),
            exit.cite,
          ],
          fixes: [
            advice(
              template.workload,
              `Correct the path of ${file}`,
              `Let command and args of container ${container.name} name a file that the image has`,
            ),
            rebuild,
          ],
        });
      return context.found({
        message: 'image',
        args: { image: container.image, file },
        subject: imageRef(container.image),
        ...common,
        cite: [hit.cite, exit.cite],
        fixes: [rebuild],
      });
    });
  },
});
