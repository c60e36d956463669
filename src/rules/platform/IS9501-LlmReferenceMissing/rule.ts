/** Cause: an LLMInferenceService is to use a Gateway or an HTTPRoute that does not exist. */
import { provide } from '../../../fixes/llm-service.ts';
import { httpRoutes } from '../../../views/gateway-http-routes.ts';
import { ownConditions } from '../../../views/own-conditions.ts';
import { missingReferencesOf, routeWithoutParent } from '../../../views/parse/llm-message.ts';
import { defineRule } from '../../define.ts';

const API_VERSION = 'gateway.networking.k8s.io/v1';

export default defineRule({
  code: 'IS9501',
  name: 'LlmReferenceMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'An LLMInferenceService uses a Gateway or an HTTPRoute that does not exist',
  appliesTo: ['LLMInferenceService'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled'],
  aliases: [
    'Managed HTTPRoute references non-existent Gateway',
    'HTTPRoute target validation failed',
    'llm-gateway-missing',
  ],
  needs: { own: ownConditions, http: httpRoutes },
  messages: {
    missing: '{kind} {namespace}/{name}, which {service} uses, does not exist',
    parentless: 'HTTPRoute {namespace}/{name}, which {service} uses, names no Gateway as its parent',
  },
  check({ own, http }, context) {
    if (own.state === 'unknown') return context.unknown(own.gap);
    if (own.state === 'absent') return context.notApplicable('the object does not exist');
    const { current, unhappy, object } = own.value;
    const service = `LLMInferenceService ${context.on.name}`;
    const common = {
      certainty: 'confirmed',
      basis: 'the controller looked for it and says so',
      consequence: 'Requests from outside do not reach the model, whatever its pods do.',
    } as const;
    // The copies in RouterReady and Ready come after: the first that names it is the one that was written first.
    for (const condition of unhappy) {
      if (condition.reason !== 'RefsInvalid' || condition.type === 'Ready' || condition.type === 'RouterReady')
        continue;
      if (!current) return context.notApplicable('its status speaks of an older spec');
      const cite = [condition.cite, object.cite('the router of the service', '/spec/router')] as const;
      const [missing] = missingReferencesOf(condition.message);
      const routed =
        http.state === 'present' &&
        http.value.parents.some(
          ({ gateway, ref }) =>
            gateway.state === 'absent' && ref.name === missing?.name && ref.namespace === missing.namespace,
        );
      if (missing?.kind === 'Gateway' && routed)
        return context.ruledOut('an HTTPRoute of it names that Gateway, which tells more', condition.cite);
      if (missing !== undefined)
        return context.found({
          message: 'missing',
          args: { ...missing, service },
          subject: { apiVersion: API_VERSION, ...missing },
          ...common,
          cite,
          ...(condition.since === undefined ? {} : { since: condition.since }),
          fixes: [
            provide(
              context.on,
              `Create ${missing.kind} ${missing.name}, or name another`,
              `Create ${missing.kind} ${missing.name} in namespace ${missing.namespace}, or correct the reference: under spec.router of the service, or, for the Gateway that KServe uses by itself, the key ingress of ConfigMap inferenceservice-config.`,
              ['get', missing.kind === 'Gateway' ? 'gateways.gateway.networking.k8s.io' : 'httproutes', '-A'],
            ),
          ],
        });
      const bare = routeWithoutParent(condition.message);
      if (bare !== undefined)
        return context.found({
          message: 'parentless',
          args: { ...bare, service },
          subject: { apiVersion: API_VERSION, kind: 'HTTPRoute', ...bare },
          ...common,
          cite,
          fixes: [
            provide(
              context.on,
              `Name a Gateway in HTTPRoute ${bare.name}`,
              `Add the Gateway to spec.parentRefs of HTTPRoute ${bare.name}.`,
              ['get', 'gateways.gateway.networking.k8s.io', '-A'],
            ),
          ],
        });
    }
    return context.notApplicable('its controller misses no Gateway and no HTTPRoute');
  },
});
