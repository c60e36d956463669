/** Cause: what a container mounts does not fit: a subPath that cannot be made, a volume that is not there, a file where a directory is wanted. */
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { startFailures } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5106',
  name: 'VolumeMountInvalid',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A volume mount of a container cannot be made',
  appliesTo: ['Pod'],
  effects: ['container-not-created', 'container-not-started'],
  aliases: [
    'Are you trying to mount a directory onto a file',
    'failed to prepare subPath for volumeMount',
    'cannot find volume',
    'volume-sub-path-invalid',
  ],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    subPath: 'Container {container} mounts a subPath that cannot be made: {detail}',
    volume: 'Container {container} mounts the volume {volume}, which the kubelet did not set up',
    type: 'Container {container} mounts a directory on a file, or a file on a directory: {target}',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(({ error }) =>
      ['subpath', 'volume-not-found', 'mount-type-mismatch'].includes(error.class),
    );
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    const common = {
      subject: template.workload,
      container: container.name,
      certainty: 'confirmed' as const,
      basis: 'the runtime names the mount',
      consequence: 'The container is never started.',
      cite: citations,
      trace: [{ text: `the runtime says: ${quoted(error.detail)}`, cite: citations }],
      fixes: [
        fix({
          title: `Correct the volumeMounts of container ${container.name}`,
          applicability: 'advice',
          effect: 'Rolls out new pods.',
          steps: [
            manual(
              `Compare volumeMounts (mountPath, subPath) of container ${container.name} with what the volume holds: a key of a ConfigMap is mounted onto a file with subPath set to that key.`,
            ),
          ],
          verify: verifyWithInferscope(template.workload),
          owner: template.owner?.fields,
        }),
      ],
    };
    const detail = quoted(error.detail, BRIEF);
    if (error.class === 'volume-not-found')
      return context.found({ message: 'volume', args: { container: container.name, volume: error.name }, ...common });
    if (error.class !== 'mount-type-mismatch')
      return context.found({ message: 'subPath', args: { container: container.name, detail }, ...common });
    return context.found({
      message: 'type',
      args: { container: container.name, target: error.target ?? detail },
      ...common,
    });
  },
});
