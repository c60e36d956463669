/** Cause: an HTTPRoute sends requests to a backend that does not exist, or that it may not name. */
import type { Verdict } from '../../../model/finding.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { httpRoutes } from '../../../views/gateway-http-routes.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7225',
  name: 'HttpRouteBackendUnresolved',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'An HTTPRoute leads to a backend that is missing or not allowed',
  appliesTo: ['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled', 'requests-fail'],
  aliases: ['BackendNotFound', 'RefNotPermitted', 'InvalidKind', 'ReferenceGrant', 'ResolvedRefs False'],
  needs: { http: httpRoutes },
  messages: {
    missing: 'HTTPRoute {route} sends requests to Service {service}, which does not exist',
    notPermitted: 'HTTPRoute {route} names {service} of another namespace, and no ReferenceGrant there allows it',
    unresolved: 'HTTPRoute {route} names something that its Gateway cannot resolve, {reason}: “{words}”',
  },
  check({ http }, context) {
    if (http.state === 'unknown') return context.unknown(http.gap);
    if (http.state === 'absent') return context.notApplicable('it has no HTTPRoutes in question');
    const { routes, affects, root } = http.value;
    const verdicts = routes.flatMap((route): readonly Verdict[] => {
      const said = route.parents.flatMap((parent) => parent.said ?? []);
      const bad = said.find((condition) => condition.type === 'ResolvedRefs' && condition.status === 'False');
      if (bad === undefined) {
        const good = said.find((condition) => condition.type === 'ResolvedRefs' && condition.status === 'True');
        return good === undefined
          ? []
          : [context.ruledOut('its backends are resolved', route.route.cite('condition ResolvedRefs', good.pointer))];
      }
      const name = route.route.ref.name;
      const missing = route.backends.find((backend) => backend.found.state === 'absent');
      const foreign = route.backends.find((backend) => backend.ref.namespace !== route.route.ref.namespace);
      const condition = route.route.cite('condition ResolvedRefs', bad.pointer);
      const subject = root.kind === 'HTTPRoute' ? route.route.ref : root;
      const common = {
        subject,
        affects,
        certainty: 'confirmed',
        basis: 'the controller of the Gateway says so in the status of the route',
        consequence: 'The proxy answers requests for these rules itself, with 500 or 503.',
      } as const;
      const verify = verifyWithInferscope(root);
      if (bad.reason === 'BackendNotFound' && missing !== undefined)
        return [
          context.found({
            message: 'missing',
            args: { route: name, service: `${missing.ref.namespace ?? ''}/${missing.ref.name}` },
            ...common,
            cite: [condition, missing.cite],
            fixes: [
              fix({
                title: `Make the Service ${missing.ref.name}, or let the route lead to one that exists`,
                applicability: 'advice',
                effect: 'The Gateway takes the change at once; no pod is restarted.',
                steps: [
                  kubectl(missing.ref, ['get', 'services'], false),
                  manual(
                    'Services of KServe come with the component: where one is missing, the component was renamed or was never made.',
                  ),
                ],
                verify,
              }),
            ],
          }),
        ];
      if (bad.reason === 'RefNotPermitted' && foreign !== undefined)
        return [
          context.found({
            message: 'notPermitted',
            args: { route: name, service: `Service ${foreign.ref.namespace ?? ''}/${foreign.ref.name}` },
            ...common,
            cite: [condition, foreign.cite],
            fixes: [
              fix({
                title: `Allow HTTPRoutes of ${route.route.ref.namespace ?? ''} to name Services of ${foreign.ref.namespace ?? ''}`,
                applicability: 'fill-in',
                effect: 'Routes of that namespace may send requests to Services of this one.',
                steps: [
                  manual(
                    `Write a ReferenceGrant in namespace ${foreign.ref.namespace ?? ''}: from group gateway.networking.k8s.io, kind HTTPRoute, namespace ${route.route.ref.namespace ?? ''}; to kind Service, name ${foreign.ref.name}.`,
                  ),
                  kubectl(
                    { namespace: foreign.ref.namespace ?? 'default' },
                    ['apply', '-f', '<REFERENCEGRANT>.yaml'],
                    true,
                  ),
                ],
                undo: [
                  kubectl(
                    { namespace: foreign.ref.namespace ?? 'default' },
                    ['delete', '-f', '<REFERENCEGRANT>.yaml'],
                    true,
                  ),
                ],
                verify,
              }),
            ],
          }),
        ];
      return [
        context.found({
          message: 'unresolved',
          args: { route: name, reason: bad.reason, words: quoted(bad.message, 160) },
          ...common,
          cite: [condition],
          fixes: [
            fix({
              title: `Correct the backends of HTTPRoute ${name}`,
              applicability: 'advice',
              effect: 'The Gateway takes the change at once; no pod is restarted.',
              steps: [
                kubectl(route.route.ref, ['describe', 'httproute', name], false),
                manual('Correct what the condition names.'),
              ],
              verify,
            }),
          ],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('no Gateway has said that a backend is missing')
      : context.all([first, ...more]);
  },
});
