/** Check of preflight: a part of the installed extension does not run. Each part that fails is a finding; its cause is asked for by name. */
import type { Verdict } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { askForCause } from '../../../fixes/azureml-objects.ts';
import { agentHealth } from '../../../views/azureml/agent-health.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import { COMPONENTS } from '../../../views/parse/platform-components.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

/** Enough to see what was looked at. */
const MOST_CITED = 9;

export default defineRule({
  code: 'IS9608',
  name: 'ExtensionAgentUnhealthy',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A part of the installed Azure ML extension does not run',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'parts of the installed extension',
    weight: 'blocking',
    phases: ['pre-upgrade', 'pre-rollback'],
    foreignCode: 'E45001',
  },
  aliases: [
    'E45001',
    'AGENT_UNHEALTHY',
    'pre-upgrade hooks failed: pod healthcheck failed',
    'Timed out waiting for the resource to come to a ready/completed state.',
  ],
  needs: { intent: preflightIntent, agents: agentHealth },
  messages: {
    unhealthy: '{agent} of the extension does not run as wanted: {said}',
  },
  check({ intent, agents }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be changed');
    const { judged, unhealthy, gaps } = agents;
    const [first, ...more] = unhealthy.map(({ object, said, cite }): Verdict => {
      const duty = COMPONENTS.find(
        ({ names, namespaces }) => names.includes(object.ref.name) && namespaces.includes(EXTENSION_NAMESPACE),
      )?.duty;
      return context.found({
        message: 'unhealthy',
        args: { agent: nameWithKind(object.ref), said },
        subject: object.ref,
        certainty: 'confirmed',
        basis: 'its status says so now',
        consequence: `${duty === undefined ? '' : `While it is down, ${duty}. `}The health check of the extension names it and fails.`,
        cite: [cite],
        fixes: [askForCause(object.ref)],
      });
    });
    if (first !== undefined) return context.all([first, ...more]);
    const [gap, ...others] = gaps;
    if (gap !== undefined) return context.unknown(gap, ...others);
    const [agent, ...rest] = judged;
    if (agent === undefined) return context.notApplicable(`nothing is installed in namespace ${EXTENSION_NAMESPACE}`);
    return context.ruledOut(
      `no part of the extension fails among ${judged.length} in namespace ${EXTENSION_NAMESPACE}`,
      agent.cite(nameWithKind(agent.ref), '/status'),
      ...rest.slice(0, MOST_CITED).map((object) => object.cite(nameWithKind(object.ref), '/status')),
    );
  },
});
