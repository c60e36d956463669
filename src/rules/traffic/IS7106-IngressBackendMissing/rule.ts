/** Cause: an Ingress sends requests to a Service, or to a port of one, that does not exist. */
import type { Fix, Verdict } from '../../../model/finding.ts';
import { fix, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { fieldOwner } from '../../../views/field-owner.ts';
import { ingressBackends } from '../../../views/ingress-backends.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7106',
  name: 'IngressBackendMissing',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'An Ingress leads to a Service or port that does not exist',
  appliesTo: ['Ingress'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'ingress-backend-missing',
    '503 Service Temporarily Unavailable',
    'default backend - 404',
    'service not found',
    'no service port found',
  ],
  needs: { backends: ingressBackends, owner: fieldOwner },
  messages: {
    service: 'Ingress {ingress} sends {route} to Service {service}, which does not exist',
    near: 'Ingress {ingress} sends {route} to Service {service}, which does not exist; the namespace has {near}',
    port: 'Ingress {ingress} sends {route} to port {port} of Service {service}, which has {ports}',
  },
  check({ backends, owner }, context) {
    if (backends.state !== 'present') return context.notApplicable('the Ingress is not there to be looked at');
    const { ingress, backends: all } = backends.value;
    const verdicts = all.flatMap((backend): readonly Verdict[] => {
      const { found, service, port, route } = backend;
      if (found.state === 'ok') return [];
      if (found.state === 'unknown') return [context.unknown(found.gap)];
      const [near] = found.state === 'no-service' ? found.near : [];
      const correction: Fix =
        near === undefined
          ? fix({
              title:
                found.state === 'no-port'
                  ? `Let Ingress ${ingress.ref.name} name a port that Service ${service.name} has`
                  : `Create the Service ${service.name}, or name one that exists`,
              applicability: 'advice',
              effect: 'The ingress controller takes the change at once; no pod is restarted.',
              steps: [manual(`Correct ${backend.pointer} of Ingress ${ingress.ref.name}.`)],
              verify: verifyWithInferscope(ingress.ref),
              owner,
            })
          : fix({
              title: `Let Ingress ${ingress.ref.name} lead to Service ${near}`,
              applicability: 'review',
              effect: 'The ingress controller takes the change at once; no pod is restarted.',
              steps: [patch(ingress.ref, [{ op: 'replace', path: `${backend.pointer}/name`, value: near }], 'json')],
              undo: [
                patch(ingress.ref, [{ op: 'replace', path: `${backend.pointer}/name`, value: service.name }], 'json'),
              ],
              verify: verifyWithInferscope(ingress.ref),
              owner,
            });
      const common = {
        subject: ingress.ref,
        certainty: 'confirmed',
        basis: 'the cluster has no such Service or port',
        consequence: 'The ingress controller answers these requests itself, with 503 or 404.',
        cite: [backend.cite, found.cite],
        fixes: [correction],
      } as const;
      const args = {
        ingress: ingress.ref.name,
        route: route === '' ? 'everything else' : route,
        service: service.name,
      };
      if (found.state === 'no-port')
        return [
          context.found({
            message: 'port',
            args: { ...args, port, ports: found.ports.join(', ') || 'no ports' },
            ...common,
          }),
        ];
      if (near === undefined) return [context.found({ message: 'service', args, ...common })];
      return [context.found({ message: 'near', args: { ...args, near }, ...common })];
    });
    const [first, ...more] = verdicts;
    if (first) return context.all([first, ...more]);
    const [seen] = all;
    return seen ? context.ruledOut('every backend exists', seen.cite) : context.notApplicable('it has no backends');
  },
});
