/** Cause: a Service selects labels that no pod carries, while the pods that it means carry others. */
import { fix, manual } from '../../../fixes/build.ts';
import { endpointsOf, selectThePods } from '../../../fixes/services.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { controllerOfService, selectorCandidates } from '../../../views/selector-candidates.ts';
import { textAt } from '../../../model/json.ts';
import { refLabel } from '../../../model/reference.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7101',
  name: 'ServiceSelectorMismatch',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'A Service selects labels that no pod carries',
  appliesTo: ['Service'],
  looksAt: 'asked',
  effects: ['service-without-endpoints', 'requests-fail'],
  aliases: [
    'service-selector-mismatch',
    'no endpoints available for service',
    'no healthy upstream',
    'Endpoints: <none>',
    'connection refused',
  ],
  needs: { selection: selectorCandidates, owner: fieldOwner },
  messages: {
    labels: 'Service {service} selects {selector}; no pod carries that, and the pods of {workload} carry {labels}',
    workload: 'Service {service} selects {selector}; no pod carries that, not those of {workload} either',
  },
  check({ selection, owner }, context) {
    if (selection.state !== 'present') return context.notApplicable('the Service is not there to be looked at');
    const { service, selector, listed, matching, promised, candidates } = selection.value;
    const pairs = Object.entries(selector);
    if (textAt(service.body, 'spec', 'type') === 'ExternalName')
      return context.notApplicable('it is only a name for an outside address');
    if (pairs.length === 0) return context.notApplicable('it has no selector: somebody else writes its endpoints');
    const controller = controllerOfService(service);
    if (controller !== undefined) return context.notApplicable(`its selector is written by its ${controller}`);
    const cite = service.cite(`selector of Service ${service.ref.name}`, '/spec/selector');
    if (matching > 0) return context.ruledOut('pods carry the labels that it selects', cite);
    if (listed.state === 'unknown') return context.unknown(listed.gap);
    if (promised)
      return context.notApplicable(`${refLabel(promised.ref)} makes pods with these labels and has none now`);
    const [nearest, next] = candidates;
    if (!nearest)
      return context.notApplicable(
        'no pod looks like one that it means; its workload may be scaled to zero or not be there yet',
      );
    // Pods that another Service serves may be none of its business: the workload that it means may be gone.
    const foreign =
      nearest.servedBy.length > 0 && nearest.why !== 'workload-name' && nearest.workload.name !== service.ref.name;
    const rival =
      next !== undefined &&
      next.why === nearest.why &&
      next.workload.name !== service.ref.name &&
      nearest.workload.name !== service.ref.name;
    const certainty = foreign ? 'possible' : rival || nearest.why === 'other-value' ? 'likely' : 'confirmed';
    const correction = selectThePods(service, nearest.differences, owner);
    const args = {
      service: service.ref.name,
      selector: pairs.map(([key, value]) => `${key}=${value}`).join(','),
      workload: refLabel(nearest.workload),
    };
    const common = {
      subject: service.ref,
      certainty,
      basis:
        certainty === 'confirmed'
          ? 'all pods of the namespace were seen; none has these labels, and these pods carry nearly the same'
          : 'all pods of the namespace were seen and none has these labels; which pods it means is a guess from names',
      consequence: 'The Service has no endpoints: every request to it is refused, although the pods are there.',
      cite: [cite, nearest.cite],
      fixes: [
        correction ??
          fix({
            title: `Let Service ${service.ref.name} select labels of ${refLabel(nearest.workload)}`,
            applicability: 'advice',
            effect: 'The Service sends requests to these pods at once; no pod is restarted.',
            steps: [
              manual(
                `Set spec.selector of Service ${service.ref.name} to labels that the pod template of ${refLabel(nearest.workload)} has.`,
              ),
            ],
            verify: endpointsOf(service),
            owner,
          }),
      ],
    } as const;
    const labels = nearest.differences.flatMap(({ instead }) =>
      instead === undefined ? [] : [`${instead.key}=${instead.value}`],
    );
    if (labels.length === 0) return context.found({ message: 'workload', args, ...common });
    return context.found({ message: 'labels', args: { ...args, labels: labels.join(',') }, ...common });
  },
});
