/** The nodes lack something other than CPU, memory and devices: local disk for ephemeral storage, huge pages. */
import { defineRule } from '../../define.ts';
import { askForLess, biggerNodes } from '../../../fixes/scheduling.ts';
import { isExtended } from '../../../views/node-fit.ts';
import { commonOf, scheduling, whereDecisive } from '../../../views/scheduling.ts';
import { shortageOf } from '../../../views/shortage.ts';

export default defineRule({
  code: 'IS2103',
  name: 'InsufficientNodeResource',
  stage: 'scheduling',
  role: 'cause',
  since: '0.1.0',
  title: 'No node has as much local disk or as many huge pages free as a pod asks for',
  appliesTo: ['Pod'],
  effects: ['pod-not-scheduled'],
  aliases: [
    'Insufficient ephemeral-storage',
    'Insufficient hugepages-2Mi',
    'Insufficient hugepages-1Gi',
    'insufficient-ephemeral-storage',
  ],
  needs: { placement: scheduling },
  messages: {
    full: '{workload} asks for {asked} of {resource}; the largest free node{which} has {free}',
    fullAtMost: '{workload} asks for {asked} of {resource}; no node{which} has more than {free} free',
    never: '{workload} asks for {asked} of {resource}; the largest node{which} has {most} in all',
    unseen: '{workload} asks for {asked} of {resource}; the scheduler finds no node with that much free',
  },
  check({ placement }, context) {
    const opened = whereDecisive(placement, ['insufficient'], context, ({ reason }) => {
      const { resource } = reason;
      return resource !== undefined && resource !== 'cpu' && resource !== 'memory' && !isExtended(resource);
    });
    if (opened.verdict) return opened.verdict;
    const shortage = shortageOf(opened.scheduling, opened.decisive);
    return context.found({
      ...commonOf(opened.scheduling),
      message: shortage.message,
      args: { ...shortage.args, resource: shortage.resource },
      certainty: 'confirmed',
      basis: 'the scheduler names the resource that is lacking',
      cite: [...opened.scheduling.cites, ...shortage.cite],
      fixes: [askForLess(opened.scheduling, shortage), biggerNodes(opened.scheduling, shortage)],
    });
  },
});
