/** All GPUs (or other devices) that the nodes offer are taken, or one pod asks for more of them than any node has. */
import { defineRule } from '../../define.ts';
import { biggerNodes } from '../../../fixes/scheduling.ts';
import { deviceOffer } from '../../../views/device-offer.ts';
import { isExtended } from '../../../views/node-fit.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { shortageOf } from '../../../views/shortage.ts';

export default defineRule({
  code: 'IS2119',
  name: 'InsufficientGpu',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'All GPUs (or other devices) of the nodes are taken',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'Insufficient nvidia.com/gpu',
    'Insufficient amd.com/gpu',
    'insufficient-gpu',
    'gpu-in-use',
    'PodUnschedulable',
    'OutOfQuota',
  ],
  needs: { placement: scheduling },
  messages: {
    full: '{workload} asks for {asked} {resource}; the freest node{which} has {free} of {most} left',
    fullAtMost: '{workload} asks for {asked} {resource}; no node{which} has more than {free} of {most} left',
    unseen: '{workload} asks for {asked} {resource}; the scheduler finds no node with that many free',
    never: '{workload} asks for {asked} {resource}; the largest node{which} has {most}',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['insufficient'], context, ({ reason }) =>
      isExtended(reason.resource ?? ''),
    );
    if (opened.verdict) return opened.verdict;
    const { nodesComplete } = opened.scheduling.capacity;
    const isOffered = deviceOffer(opened.scheduling, opened.decisive).kind === 'offered';
    if (nodesComplete.state !== 'unknown' && !isOffered)
      return context.notApplicable('no node offers the device at all');
    const shortage = shortageOf(opened.scheduling, opened.decisive);
    const { message } = shortage;
    if (message === 'unseen') {
      if (nodesComplete.state !== 'unknown') return context.notApplicable('no node that was seen is short of it');
      return context.found({
        ...commonOf(opened.scheduling),
        message,
        args: { ...shortage.args, resource: shortage.resource },
        certainty: 'likely',
        basis: 'the scheduler names the device; whether any node offers it at all was not seen',
        consequence: 'The pod stays Pending until a node has that many free.',
        cite: [...opened.scheduling.cites, ...shortage.cite],
        fixes: [biggerNodes(opened.scheduling, shortage)],
      });
    }
    return context.found({
      ...commonOf(opened.scheduling),
      message,
      args: { ...shortage.args, resource: shortage.resource },
      certainty: 'confirmed',
      basis: 'the scheduler names the device, and nodes list it',
      consequence: 'A device is held by one pod until that pod ends, whether it uses it or not.',
      cite: [...opened.scheduling.cites, ...shortage.cite],
      fixes: [biggerNodes(opened.scheduling, shortage)],
    });
  },
});
