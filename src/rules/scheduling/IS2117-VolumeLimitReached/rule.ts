/** The nodes have as many volumes attached as they (or their CSI driver) allow. */
import { defineRule } from '../../define.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS2117',
  name: 'VolumeLimitReached',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'The nodes have as many volumes attached as they may',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'node(s) exceed max volume count',
    'MaximumDataDisksExceeded',
    'VolumeAttachmentLimitExceeded',
    'volume-limit-reached',
  ],
  needs: { placement: scheduling },
  messages: { full: 'Every node left ({count}) has as many volumes attached as it may, so {workload} finds no node' },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['volume-limit'], context);
    if (opened.verdict) return opened.verdict;
    const { scheduling: waiting, decisive } = opened;
    return context.found({
      ...commonOf(waiting),
      message: 'full',
      args: { workload: nameWithKind(waiting.workload), count: decisive.reason.count },
      certainty: 'confirmed',
      basis: 'the scheduler says so',
      consequence: 'The limit belongs to the machine type and the CSI driver; the size of the disks does not matter.',
      cite: waiting.cites,
      fixes: [
        fix({
          title: 'Add a node, or use machines that allow more disks',
          applicability: 'advice',
          effect: 'The pending pods are placed as soon as a node may attach one more volume.',
          steps: [
            manual(
              'Add a node to the pool, use a machine type with a higher limit of disks, or share one volume (ReadWriteMany) instead of one disk for each pod.',
            ),
          ],
          verify: verifyWithInferscope(waiting.workload),
        }),
      ],
    });
  },
});
