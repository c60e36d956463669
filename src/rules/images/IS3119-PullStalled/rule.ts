/** Cause: the registry answers, and the layers do not come: a blob host that is blocked, a download that stands still or breaks off. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';

export default defineRule({
  code: 'IS3119',
  name: 'PullStalled',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The layers of the image do not come',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled'],
  aliases: [
    'pull-stalled',
    'context canceled',
    'failed to copy',
    'httpReadSeeker: failed open',
    'image_pull_progress_timeout',
    'DeadlineExceeded',
    'unexpected EOF',
  ],
  needs: { pull: imagePull },
  messages: {
    blobHost: 'Node {node} does not reach {other}, where registry {host} keeps its layers',
    broken: 'The download of {image} to node {node} breaks off',
    stalled: 'The download of {image} to node {node} stands still until it is given up',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['stalled', 'timeout', 'refused'], (failure, known) => {
      const { host, image, cite, detail, error, phase, mechanism } = failure;
      if (mechanism !== 'stalled' && phase === 'manifest')
        return context.ruledOut('the registry itself is not reached', cite[0]);
      const node = known.node?.name ?? 'of the pod';
      const other = error.host;
      const rest = {
        subject: registryRef(host),
        basis:
          mechanism === 'stalled'
            ? 'the container runtime gives the pull up for lack of progress'
            : 'the manifest was read, and the transfer of a layer fails',
        consequence: 'Each try starts the missing layers anew; large model images are hit first.',
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the layers do not come: ${detail}`, cite: [cite[0]] }],
      } as const;
      if (
        mechanism !== 'stalled' &&
        other !== undefined &&
        other !== host &&
        !(host === 'docker.io' && other === 'registry-1.docker.io')
      ) {
        const fixes = [
          advice(
            `Let the nodes reach ${other}`,
            'The kubelet tries again by itself.',
            [
              `Allow outgoing connections of the nodes to ${other}, port 443: registries hand their layers out from another host than their manifests.`,
            ],
            known.target,
          ),
        ];
        return context.found({
          message: 'blobHost',
          args: { host, other, node },
          certainty: 'confirmed',
          ...rest,
          fixes,
        });
      }
      const fixes = [
        advice(
          `Find what holds the download from ${host} up`,
          'Changes nothing.',
          [
            `On node ${node}: crictl pull ${image}, and look at proxy, MTU and bandwidth between the node and ${host}.`,
            'With containerd, a pull is given up after image_pull_progress_timeout (5 minutes without a byte): raise it for slow links, or make the layers smaller.',
          ],
          known.target,
        ),
      ];
      if (mechanism === 'stalled')
        return context.found({
          message: 'stalled',
          args: { image, node },
          certainty: 'likely',
          ...rest,
          fixes,
        });
      return context.found({
        message: 'broken',
        args: { image, node },
        certainty: 'confirmed',
        ...rest,
        fixes,
      });
    });
  },
});
