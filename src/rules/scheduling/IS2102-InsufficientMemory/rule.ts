/** The nodes that a pod may use have less memory free, or less in all, than the pod asks for. Usage does not count here: the scheduler adds up requests. */
import { defineRule } from '../../define.ts';
import { askForLess, biggerNodes } from '../../../fixes/scheduling.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { shortageOf } from '../../../views/shortage.ts';

export default defineRule({
  code: 'IS2102',
  name: 'InsufficientMemory',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No node has as much memory free as a pod asks for',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'Insufficient memory',
    'insufficient-memory',
    'FailedScheduling',
    'Unschedulable',
    'PodUnschedulable',
    'OutOfQuota',
  ],
  needs: { placement: scheduling },
  messages: {
    full: '{workload} asks for {asked} of memory; the largest free node{which} has {free}',
    fullAtMost: '{workload} asks for {asked} of memory; no node{which} has more than {free} free',
    never: '{workload} asks for {asked} of memory; the largest node{which} has {most} in all',
    unseen: '{workload} asks for {asked} of memory; the scheduler finds no node with that much free',
  },
  check({ placement }, context) {
    const opened = whereDecisive(
      placement,
      ['insufficient'],
      context,
      (decisive) => decisive.reason.resource === 'memory',
    );
    if (opened.verdict) return opened.verdict;
    const shortage = shortageOf(opened.scheduling, opened.decisive);
    const { message, args } = shortage;
    return context.found({
      ...commonOf(opened.scheduling),
      message,
      args,
      certainty: 'confirmed',
      basis: 'the scheduler names memory as what is lacking',
      consequence:
        shortage.anotherNodeHelps === false
          ? 'The pod stays Pending; more nodes of the same size do not help.'
          : 'The pod stays Pending until a node has that much left.',
      cite: [...opened.scheduling.cites, ...shortage.cite],
      fixes: [askForLess(opened.scheduling, shortage), biggerNodes(opened.scheduling, shortage)],
    });
  },
});
