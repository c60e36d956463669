/** Cause: the pod forbids root, and the container would run as root or as a user that the kubelet cannot check. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { booleanAt } from '../../../model/json.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { startFailures } from '../../../views/start-failures.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5105',
  name: 'RunAsNonRootViolated',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A container that must not run as root would run as root',
  appliesTo: ['Pod'],
  effects: ['container-not-created'],
  aliases: [
    'run-as-non-root-violated',
    'container has runAsNonRoot and image will run as root',
    'CreateContainerConfigError',
  ],
  needs: { failures: startFailures, template: podTemplate },
  messages: {
    imageIsRoot: 'Container {container} has runAsNonRoot, and its image {image} runs as root',
    userName: 'Container {container} has runAsNonRoot, and image {image} names the user {user}, not a number',
    userZero: 'Container {container} sets both runAsNonRoot and runAsUser 0',
    other: 'Container {container} breaks runAsNonRoot: {detail}',
  },
  check({ failures, template }, context) {
    if (failures.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const failure = failures.value.find(({ error }) => error.class === 'run-as-non-root');
    if (!failure) {
      const [other] = failures.value;
      return other
        ? context.ruledOut('the runtime names another reason', other.citations[0])
        : context.notApplicable('no container failed to be made or started');
    }
    const { container, error, citations } = failure;
    if (error.class !== 'run-as-non-root') return context.notApplicable('the runtime names another reason');
    const hasOwnContext = booleanAt(container.spec, 'securityContext', 'runAsNonRoot') !== undefined;
    const uid = error.why === 'non-numeric-user' ? '<UID>' : 1000;
    const common = {
      subject: template.workload,
      container: container.name,
      certainty: 'confirmed' as const,
      basis: "the kubelet's message says so",
      consequence: 'The kubelet refuses to make the container, at every try.',
      cite: [
        ...citations,
        failure.state.pod.cite(
          'runAsNonRoot',
          `${hasOwnContext ? container.specPointer : '/spec'}/securityContext/runAsNonRoot`,
        ),
      ] as const,
      trace: [
        {
          text: `the kubelet says: ${error.detail.replace(/ \(pod: [^()]{1,600}\((?:[^()]{1,100})\)[^()]{1,200}\)$/, '')}`,
          cite: citations,
        },
      ],
      fixes: [
        changeContainer(
          template,
          container.name,
          { securityContext: { runAsUser: uid } },
          {
            title: `Run container ${container.name} as a user that is not root`,
            applicability: error.why === 'non-numeric-user' ? 'fill-in' : 'review',
            change: `set securityContext.runAsUser of container ${container.name} to a number above 0`,
          },
        ),
        rebuildImage(container.image, 'with USER set to a number above 0, such as USER 1000', template.workload),
      ],
    };
    const args = { container: container.name, image: container.image };
    switch (error.why) {
      case 'image-runs-as-root':
        return context.found({ message: 'imageIsRoot', args, ...common });
      case 'non-numeric-user':
        return context.found({ message: 'userName', args: { ...args, user: error.user ?? 'by name' }, ...common });
      case 'run-as-user-zero':
        return context.found({ message: 'userZero', args: { container: container.name }, ...common });
      case 'other':
        return context.found({
          message: 'other',
          args: { container: container.name, detail: quoted(error.detail, BRIEF) },
          ...common,
        });
    }
  },
});
