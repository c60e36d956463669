/** Symptom: a Service has nothing behind it that is Ready, although it selects pods. */
import { defineRule } from '../../define.ts';
import { controllerOf } from '../../../views/owner-tree.ts';
import { serviceEndpoints } from '../../../views/service-endpoints.ts';

export default defineRule({
  code: 'IS7900',
  name: 'ServiceWithoutEndpoints',
  stage: 'traffic',
  role: 'symptom',
  since: '0.1.0',
  title: 'A Service has no ready endpoints',
  appliesTo: ['Service'],
  looksAt: 'always',
  effects: ['service-without-endpoints'],
  aliases: ['no endpoints available for service', 'no healthy upstream', '503 Service Unavailable'],
  needs: { endpoints: serviceEndpoints },
  messages: { none: 'Service {service} has no ready endpoints: 0 of {pods} pods that match its selector are Ready' },
  check({ endpoints }, context) {
    if (endpoints.state === 'unknown') return context.unknown(endpoints.gap);
    if (endpoints.state === 'absent') return context.notApplicable('the Service does not exist');
    const { service, selected, readyPods, publishesNotReady, podsSeen } = endpoints.value;
    // Knative's own, one public and one private for each revision: the revision tells what they are for.
    if (controllerOf(service)?.kind === 'ServerlessService')
      return context.notApplicable('its ServerlessService writes its endpoints');
    if (readyPods > 0) return context.ruledOut('it has ready endpoints', service.cite('selector', '/spec/selector'));
    // Nothing selected is not a failure by itself: the workload may be scaled to zero on purpose. A rule of its own looks at misspelt selectors.
    if (selected.length === 0) return context.notApplicable('it selects no pods');
    if (publishesNotReady) return context.notApplicable('it publishes pods that are not Ready');
    if (selected.every((pod) => !pod.failing)) return context.notApplicable('its pods are starting');
    if (podsSeen.state === 'unknown') return context.unknown(podsSeen.gap);
    return context.found({
      message: 'none',
      args: { service: service.ref.name, pods: selected.length },
      subject: service.ref,
      certainty: 'confirmed',
      basis: 'none of the pods that it selects is Ready',
      cite: [service.cite('selector', '/spec/selector')],
    });
  },
});
