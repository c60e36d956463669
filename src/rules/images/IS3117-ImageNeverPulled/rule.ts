/** Cause: `imagePullPolicy: Never` forbids a pull, and the node does not have the image (or not for this pod). */
import { defineRule } from '../../define.ts';
import { setImage } from '../../../fixes/images.ts';
import { fix, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { listAt, textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { checkPulls, imagePull, type ImagePull } from '../../../views/image-pull.ts';
import { parseImageReference } from '../../../views/parse/image-reference.ts';
import type { PullFailure } from '../../../views/pull-failure.ts';

export default defineRule({
  code: 'IS3117',
  name: 'ImageNeverPulled',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The pull policy is Never, and the image is not on the node',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled'],
  aliases: [
    'image-never-pull-not-present',
    'ErrImageNeverPull',
    'is not present with pull policy of Never',
    'imagePullPolicy: Never',
  ],
  needs: { pull: imagePull },
  messages: {
    absent: '{workload} has imagePullPolicy Never, and {image} is not on node {node}',
    unverified: '{workload} has imagePullPolicy Never and no credentials for {image}, which is on node {node}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['never'], (failure, known) => {
      const { container, image, cite } = failure;
      const { target, object } = known;
      const policy = textAt(container.spec, 'imagePullPolicy');
      const policyCite =
        policy === undefined
          ? []
          : [object.cite(`imagePullPolicy of container ${container.name}`, `${container.specPointer}/imagePullPolicy`)];
      // Kubernetes 1.33 and later (KubeletEnsureSecretPulledImages) say the same words of an image that is there, pulled with other credentials.
      const present = onNode(known, image);
      return context.found({
        message: present ? 'unverified' : 'absent',
        args: {
          workload: nameWithKind(target.workload),
          image,
          node: known.node?.name ?? 'of the pod',
        },
        subject: target.workload,
        container: container.name,
        certainty: present ? 'likely' : 'confirmed',
        basis: present
          ? 'the status of the node lists the image'
          : 'the kubelet says that the image is not present and may not be pulled',
        consequence:
          'The image is looked for on the node of the pod only; an image on the machine that built it is not on the node.',
        cite: [cite[0], ...cite.slice(1), ...policyCite],
        trace: [{ text: `the kubelet may not pull: ${failure.detail}`, cite: [cite[0]] }],
        fixes: fixesOf(failure, known),
      });
    });
  },
});

function onNode(known: ImagePull, image: string): boolean {
  const node = known.nodeFound;
  const wanted = parseImageReference(image);
  if (node?.state !== 'present' || !('normalized' in wanted)) return false;
  return listAt(node.value.body, 'status', 'images').some((entry) =>
    listAt(entry, 'names').includes(wanted.normalized),
  );
}

function fixesOf(failure: PullFailure, known: ImagePull): readonly ReturnType<typeof fix>[] {
  const { container, reference } = failure;
  const { target } = known;
  const host = reference?.host ?? 'localhost';
  const local = host === 'localhost' || host.startsWith('localhost:') || host.startsWith('127.');
  const path = `${reference?.repository ?? '<REPOSITORY>'}:${reference?.tag ?? '<TAG>'}`;
  const ref = target.template?.ref;
  const list = container.role === 'main' ? 'containers' : 'initContainers';
  const policy = (value: string): unknown => ({
    spec: { template: { spec: { [list]: [{ name: container.name, imagePullPolicy: value }] } } },
  });
  const allow =
    ref === undefined || !['Deployment', 'StatefulSet', 'DaemonSet'].includes(ref.kind)
      ? fix({
          title: 'Let the kubelet pull the image',
          applicability: 'advice',
          effect: 'The pods are created anew.',
          steps: [
            manual(
              `In ${nameWithKind(target.workload)}, set imagePullPolicy of container ${container.name} to IfNotPresent.`,
            ),
          ],
          verify: verifyWithInferscope(target.workload),
          owner: target.owner,
        })
      : fix({
          title: `Let the kubelet pull the image of container ${container.name}`,
          applicability: 'review',
          effect: 'Starts a rollout; the kubelet pulls the image where it is missing.',
          steps: [patch(ref, policy('IfNotPresent'), 'strategic')],
          undo: [patch(ref, policy('Never'), 'strategic')],
          verify: verifyWithInferscope(target.workload),
          owner: target.owner,
        });
  // An image of localhost is in no registry: it must be pushed to one and named there first.
  return local
    ? [setImage(failure, `<REGISTRY>/${path}`, target, 'Push the image to a registry and name it there'), allow]
    : [allow];
}
