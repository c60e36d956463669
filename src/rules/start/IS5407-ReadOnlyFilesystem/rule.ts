/** Cause: the program writes to a path that its container mounts read-only. */
import { mountEmptyDir } from '../../../fixes/container-change.ts';
import { at, booleanAt } from '../../../model/json.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { containerOfTemplate, podTemplate } from '../../../views/pod-template.ts';
import { citeEnding, runTrace } from '../../../views/run-trace.ts';
import { mountOf } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

/** glibc strerror(EROFS) as Python, Go, Node, Java and shells print it; Python's tempfile finds no writable directory. */
const READ_ONLY: readonly RegExp[] = [
  /Read-only file system: '(?<path>\/[^']{0,300})'/,
  /EROFS: read-only file system, \w{1,20} '(?<path>\/[^']{0,300})'/,
  /(?:open|mkdir|create|write|rename|remove|chmod|mkdirall) (?<path>\/[^\s:]{1,300}): read-only file system/i,
  /(?:^|[\s'"‘(])(?<path>\/[^\s:'"’]{1,300})['"’]?:? \(?Read-only file system/i,
  /No usable temporary directory found in /,
  /Read-only file system/,
];

/** The directory that must become writable: the path itself where a directory was to be made, else the one that holds the file. */
function directoryOf(path: string, text: string, code: string): string {
  const isDirectory = /mkdir|makedirs/i.test(`${text} ${code}`) || !/[^/]\.[A-Za-z0-9]{1,8}$/.test(path);
  return isDirectory ? path : path.slice(0, path.lastIndexOf('/')) || '/';
}

export default defineRule({
  code: 'IS5407',
  name: 'ReadOnlyFilesystem',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program writes to a read-only filesystem',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'read-only-filesystem',
    'Read-only file system',
    'EROFS',
    'Errno 30',
    'No usable temporary directory found',
    'readOnlyRootFilesystem',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    root: 'The root filesystem of container {container} is read-only, and its program writes to {path}',
    volume: 'The volume {volume} of container {container} is mounted read-only, and its program writes to {path}',
    unknown: 'The program of container {container} writes to {path}, which is on a read-only filesystem',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no write to a read-only filesystem', alsoRunning: true },
      (run, log) => {
        const hit = log.ending(...READ_ONLY);
        if (!hit) return undefined;
        const { container } = run;
        const path = hit.match.groups?.['path']?.trim() ?? '/tmp';
        const directory = directoryOf(path, hit.text, log.traceback?.userFrame?.code ?? '');
        const mount = mountOf(container, path);
        const isRoot = booleanAt(container.spec, 'securityContext', 'readOnlyRootFilesystem') === true;
        const common = {
          subject: template.workload,
          container: container.name,
          consequence: 'The write fails at every start.',
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
        };
        const inTemplate = containerOfTemplate(template, container.name);
        const writable = mountEmptyDir(template, container.name, directory, {
          title: `Mount an emptyDir at ${directory}`,
          applicability: 'review',
          change: `mount an emptyDir at ${directory} of container ${container.name}`,
        });
        if (
          mount &&
          booleanAt(at(container.spec, 'volumeMounts'), Number(mount.pointer.split('/').at(-1)), 'readOnly') === true
        ) {
          return context.found({
            message: 'volume',
            args: { volume: mount.volume, container: container.name, path },
            ...common,
            certainty: 'confirmed',
            basis: 'the program names the path, and the mount is read-only',
            cite: [citeEnding(log, hit), run.state.pod.cite(`volume mount ${mount.volume}`, mount.pointer)],
            fixes: [writable],
          });
        }
        if (!isRoot || mount) {
          return context.found({
            message: 'unknown',
            args: { container: container.name, path },
            ...common,
            certainty: 'likely',
            basis: 'the program names the path; the pod does not ask for a read-only filesystem there',
            cite: [citeEnding(log, hit)],
            fixes: [writable],
          });
        }
        return context.found({
          message: 'root',
          args: { container: container.name, path },
          ...common,
          certainty: 'confirmed',
          basis: 'the program names the path, and readOnlyRootFilesystem is true',
          cite: [
            citeEnding(log, hit),
            inTemplate?.cite('readOnlyRootFilesystem', '/securityContext/readOnlyRootFilesystem') ??
              run.state.pod.cite(
                'readOnlyRootFilesystem',
                `${container.specPointer}/securityContext/readOnlyRootFilesystem`,
              ),
          ],
          fixes: [writable],
        });
      },
    );
  },
});
