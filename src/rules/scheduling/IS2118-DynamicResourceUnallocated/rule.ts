/** A ResourceClaim (dynamic resource allocation) of the pod cannot be given a device. */
import { defineRule } from '../../define.ts';
import { command, fix } from '../../../fixes/build.ts';
import { listAt, textAt } from '../../../model/json.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';

export default defineRule({
  code: 'IS2118',
  name: 'DynamicResourceUnallocated',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'A ResourceClaim of a pod is given no device',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'cannot allocate all claims',
    'resourceclaim not available on the node',
    'device class does not exist',
    'dynamic-resource-unallocated',
  ],
  needs: { placement: scheduling },
  messages: { claims: 'The resource claims of {workload} ({claims}) are given no device: {reason}' },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['dynamic-resource'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    const claims = listAt(waiting.pod.body, 'spec', 'resourceClaims').map(
      (claim) =>
        textAt(claim, 'resourceClaimName') ?? textAt(claim, 'resourceClaimTemplateName') ?? textAt(claim, 'name') ?? '',
    );
    return context.found({
      ...commonOf(waiting),
      message: 'claims',
      args: {
        workload: nameWithKind(waiting.workload),
        claims: claims.slice(0, 4).join(', ') || 'unnamed',
        reason: decisive.reason.text.slice(0, 200),
      },
      certainty: 'confirmed',
      basis: 'the scheduler says so',
      cite: [...waiting.cites, waiting.pod.cite('resource claims', '/spec/resourceClaims')],
      fixes: [
        fix({
          title: 'Compare what the claim asks for with what the drivers offer',
          applicability: 'advice',
          effect: 'None; it only reads.',
          steps: [
            command(
              [
                'kubectl',
                ...(waiting.pod.ref.namespace === undefined ? [] : ['-n', waiting.pod.ref.namespace]),
                'get',
                'resourceclaims',
                '-o',
                'yaml',
              ],
              false,
            ),
            command(['kubectl', 'get', 'resourceslices,deviceclasses', '-o', 'wide'], false),
          ],
          verify: command(
            [
              'kubectl',
              ...(waiting.pod.ref.namespace === undefined ? [] : ['-n', waiting.pod.ref.namespace]),
              'get',
              'pod',
              waiting.pod.ref.name,
            ],
            false,
          ),
        }),
      ],
    });
  },
});
