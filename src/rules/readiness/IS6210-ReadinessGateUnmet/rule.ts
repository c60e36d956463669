/** Cause: a readiness gate of the Pod is not met although all its containers are Ready. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { readinessGates } from '../../../views/readiness-gates.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS6210',
  name: 'ReadinessGateUnmet',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'A readiness gate of the pod is not met',
  appliesTo: ['Pod'],
  effects: ['container-not-ready'],
  aliases: [
    'readiness-gate-unmet',
    'ReadinessGatesNotReady',
    'corresponding condition of pod readiness gate does not exist',
  ],
  needs: { gates: readinessGates, template: podTemplate },
  messages: {
    false: 'All containers of {pod} are Ready; its readiness gate {gate} is {status}',
    unset: 'All containers of {pod} are Ready; nobody has set its readiness gate {gate}',
  },
  check({ gates, template }, context) {
    if (gates.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const { declared, containersReady, unmet, cite } = gates.value;
    if (declared === 0) return context.notApplicable('the pod has no readiness gates');
    if (!containersReady) return context.notApplicable('its containers are not Ready yet');
    const [gate] = unmet;
    if (!gate) return context.ruledOut('every readiness gate is met', cite);
    const common = {
      subject: template.workload,
      certainty: 'confirmed' as const,
      basis: 'the conditions of the pod say so',
      consequence: `The pod stays out of its Services until the controller that owns ${gate.type} sets the condition.${gate.message === '' ? '' : ` It says: ${quoted(gate.message)}.`}`,
      cite: gate.citations,
      fixes: [
        fix({
          title: `Find out why ${gate.type} is not set`,
          applicability: 'advice',
          effect: 'Changes nothing.',
          steps: [
            kubectl(context.on, ['get', 'pod', context.on.name, '-o', 'jsonpath={.status.conditions}'], false),
            manual(
              `Look into the controller that sets ${gate.type}: it must run, know this pod and find its targets healthy.`,
            ),
          ],
          verify: verifyWithInferscope(template.workload),
        }),
      ],
    };
    const args = { pod: context.on.name, gate: gate.type };
    if (gate.status === undefined) return context.found({ message: 'unset', args, ...common });
    return context.found({ message: 'false', args: { ...args, status: gate.status }, ...common });
  },
});
