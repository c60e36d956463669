/** Cause: the user of a container may not read or write a path that its program needs, or may not open a low port. */
import { advice } from '../../../fixes/advice.ts';
import { mountEmptyDir } from '../../../fixes/container-change.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { numberAt } from '../../../model/json.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeEnding, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { mountOf } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

const LOW_PORT: readonly RegExp[] = [
  /\[Errno 13\] error while attempting to bind on address \('[^']{0,80}', (?<port>\d{1,5})/,
  /listen (?:tcp|udp)\d? [^\s]{0,60}:(?<port>\d{1,5}): bind: permission denied/,
  /bind\(\) to [^\s]{0,60}:(?<port>\d{1,5}) failed \(13: Permission denied\)/,
  /listen EACCES: permission denied [^\s]{0,60}:(?<port>\d{1,5})/,
];

const DENIED: readonly RegExp[] = [
  /PermissionError: \[Errno 13\] Permission denied: '(?<path>\/[^']{0,300})'/,
  /EACCES: permission denied, \w{1,20} '(?<path>\/[^']{0,300})'/,
  /(?:open|mkdir|create|stat|unlink|rename) (?<path>\/[^\s:]{1,300}): permission denied/i,
  /AccessDeniedException: (?<path>\/\S{1,300})/,
  /(?:^|[\s'"‘])(?<path>\/[^\s:'"’]{1,300})['"’]?:? Permission denied/,
];

export default defineRule({
  code: 'IS5408',
  name: 'FilePermissionDenied',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The program may not open a file, a directory or a port',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: ['PermissionError', 'Permission denied', 'Errno 13', 'EACCES', 'file-permission-denied'],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    path: 'The program of container {container} may not open {path} as {user}',
    port: 'The program of container {container} may not listen on port {port} as {user}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no denied permission', alsoRunning: true },
      (run, log) => {
        const port = log.ending(...LOW_PORT);
        const hit = port ?? log.ending(...DENIED);
        if (!hit) return undefined;
        const { container } = run;
        const uid =
          numberAt(container.spec, 'securityContext', 'runAsUser') ??
          numberAt(run.state.pod.body, 'spec', 'securityContext', 'runAsUser');
        const user = uid === undefined ? "the image's user" : `user ${uid}`;
        const common = {
          certainty: 'confirmed' as const,
          basis: port ? 'the operating system refuses the port' : 'the operating system refuses the path',
          consequence: consequenceOf(run, 'The program ends when it needs it, at every start.'),
          cite: [citeEnding(log, hit)] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
        };
        if (port) {
          return context.found({
            message: 'port',
            args: { container: container.name, port: port.match.groups?.['port'] ?? 'below 1024', user },
            subject: template.workload,
            container: container.name,
            ...common,
            fixes: [
              advice(
                template.workload,
                'Let the program listen on a port above 1023',
                'Set its port to one above 1023, and point targetPort of the Service and the probes to it',
              ),
            ],
          });
        }
        const path = hit.match.groups?.['path'] ?? '';
        const mount = mountOf(container, path);
        const directory = /[^/]\.[A-Za-z0-9]{1,8}$/.test(path) ? path.slice(0, path.lastIndexOf('/')) || '/' : path;
        const ofWorkload = mount !== undefined || uid !== undefined;
        return context.found({
          message: 'path',
          args: { container: container.name, path, user },
          subject: ofWorkload ? template.workload : imageRef(container.image),
          ...(ofWorkload ? { container: container.name } : {}),
          ...common,
          fixes: mount
            ? [
                advice(
                  template.workload,
                  `Let the container's user write to the volume ${mount.volume}`,
                  `Set securityContext.fsGroup of the pod to the group of the container's user, or change the owner of the files on volume ${mount.volume}`,
                ),
              ]
            : [
                mountEmptyDir(template, container.name, directory, {
                  title: `Mount an emptyDir at ${directory}`,
                  applicability: 'review',
                  change: `mount an emptyDir at ${directory} of container ${container.name}, if the program only writes there`,
                }),
                rebuildImage(
                  container.image,
                  `with ${path} open to its user`,
                  template.workload,
                  'Use COPY --chown in the Dockerfile, or RUN chown and chmod',
                ),
              ],
        });
      },
    );
  },
});
