/** Cause: a step of an InferenceGraph names an InferenceService that does not exist, so no router is made. */
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { madeNothing } from '../../../views/made-nothing.ts';
import { graphSteps } from '../../../views/kserve-graph.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS1207',
  name: 'GraphStepMissing',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'A step of the InferenceGraph names an InferenceService that does not exist',
  appliesTo: ['InferenceGraph'],
  looksAt: 'asked',
  effects: ['object-not-reconciled'],
  aliases: [
    'graph-service-not-found',
    'Failed to find graph service',
    'inference service is not found',
    'InferenceGraphNotReady',
  ],
  needs: { steps: graphSteps, made: madeNothing, owner: fieldOwner },
  messages: {
    missing:
      'Step {step} of InferenceGraph {graph} names InferenceService {service}, which does not exist in namespace {namespace}',
    misnamed:
      'Step {step} of InferenceGraph {graph} names InferenceService {service}, which does not exist; namespace {namespace} has {similar}',
  },
  check({ steps, made, owner }, context) {
    if (steps.state === 'unknown') return context.unknown(steps.gap);
    if (steps.state === 'absent') return context.notApplicable('it does not exist');
    const { graph, named } = steps.value;
    const [gap] = named.flatMap(({ service }) => (service.state === 'unknown' ? [service.gap] : []));
    const missing = named.flatMap((step) =>
      step.service.state === 'absent' ? [{ ...step, absent: step.service.cite }] : [],
    );
    const [first, ...others] = missing.map(({ name, target, pointer, absent, similar }) => {
      const [near] = similar;
      const args = { step: name, graph: context.on.name, service: target, namespace: context.on.namespace ?? '' };
      const cite: readonly [Citation, ...Citation[]] = [graph.cite(`step ${name}`, pointer), absent];
      const path = `${pointer}/serviceName`;
      const common = {
        subject: context.on,
        certainty: 'confirmed',
        basis: 'the namespace has no InferenceService of that name',
        consequence: 'KServe makes no router for the graph and writes no status: READY stays empty.',
        trace:
          made.state === 'present' && made.value
            ? [{ text: `KServe cannot reconcile the graph: no router was made for it`, cite: [made.cite] }]
            : [],
        cite,
      } as const;
      const create = fix({
        title: `Create InferenceService ${target}, or correct step ${name}`,
        applicability: 'advice',
        effect: 'The controller makes the router at its next try, when all steps are there and Ready.',
        steps: [
          kubectl(context.on, ['get', 'inferenceservices'], false),
          manual(
            `Apply InferenceService ${target} in namespace ${context.on.namespace ?? ''}; a step cannot name one of another namespace (give its address as serviceUrl instead).`,
          ),
        ],
        verify: verifyWithInferscope(context.on),
      });
      if (near === undefined) return context.found({ message: 'missing', args, ...common, fixes: [create] });
      return context.found({
        message: 'misnamed',
        args: { ...args, similar: near },
        ...common,
        fixes: [
          fix({
            title: `Have step ${name} name InferenceService ${near}`,
            applicability: 'review',
            effect: 'The controller makes the router at its next try.',
            steps: [patch(context.on, [{ op: 'replace', path, value: near }], 'json')],
            undo: [patch(context.on, [{ op: 'replace', path, value: target }], 'json')],
            verify: verifyWithInferscope(context.on),
            owner,
          }),
          create,
        ],
      });
    });
    if (first !== undefined) return context.all([first, ...others]);
    if (gap !== undefined) return context.unknown(gap);
    return context.ruledOut(
      'every InferenceService that its steps name exists',
      graph.cite('its steps', '/spec/nodes'),
    );
  },
});
