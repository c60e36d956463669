/** Cause: the Gateway refuses an HTTPRoute: its listeners do not take routes of that namespace, that host or that kind. */
import type { Fix, Verdict } from '../../../model/finding.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { httpRoutes, type HttpRouteState, type RouteParent } from '../../../views/gateway-http-routes.ts';
import type { Condition } from '../../../views/parse/conditions.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';
import { kindWord } from '../../../model/kinds.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS7224',
  name: 'HttpRouteNotAccepted',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The Gateway does not accept the HTTPRoute',
  appliesTo: ['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled', 'requests-fail'],
  aliases: [
    'NotAllowedByListeners',
    'NoMatchingListenerHostname',
    'NoMatchingParent',
    'UnsupportedValue',
    'IncompatibleFilters',
    'InvalidKind',
  ],
  needs: { http: httpRoutes },
  messages: {
    namespace: 'Gateway {gateway} takes routes of {allows} only, and HTTPRoute {route} is in namespace {namespace}',
    hostname:
      'No listener of Gateway {gateway} is for a host of HTTPRoute {route}: it asks for {hosts}, the listeners are for {listeners}',
    section: 'Gateway {gateway} has no listener of the name or port that HTTPRoute {route} asks for',
    refused: 'Gateway {gateway} does not accept HTTPRoute {route}, {reason}: “{words}”',
  },
  check({ http }, context) {
    if (http.state === 'unknown') return context.unknown(http.gap);
    if (http.state === 'absent') return context.notApplicable('it has no HTTPRoutes in question');
    const { routes, affects, root } = http.value;
    const verdicts = routes.flatMap((route) =>
      route.parents.flatMap((parent): readonly Verdict[] => {
        const bad = parent.said?.find((condition) => condition.type === 'Accepted' && condition.status === 'False');
        const good = parent.said?.find((condition) => condition.type === 'Accepted' && condition.status === 'True');
        const cite = (condition: Condition) => route.route.cite(`condition ${condition.type}`, condition.pointer);
        if (good !== undefined && bad === undefined)
          return [context.ruledOut('the Gateway accepts the route', cite(good))];
        // Knative and KServe wait while a Gateway is still being set up.
        if (bad === undefined || bad.reason === 'Pending') return [];
        const gateway = `${parent.ref.namespace ?? ''}/${parent.ref.name}`;
        const name = route.route.ref.name;
        const listeners = parent.gateway.state === 'present' ? parent.gateway.value.listeners : [];
        const common = {
          affects,
          certainty: 'confirmed',
          basis: 'the controller of the Gateway says so in the status of the route',
          consequence: 'The proxy of the Gateway never gets the route; requests for its host are answered with 404.',
          cite: [cite(bad), parent.named],
          fixes: [admit(route, parent, bad, root)],
        } as const;
        switch (bad.reason) {
          case 'NotAllowedByListeners':
            return [
              context.found({
                message: 'namespace',
                args: {
                  gateway,
                  allows: allowsText(
                    listeners.map((listener) => listener.allows),
                    parent.ref.namespace ?? '',
                  ),
                  route: name,
                  namespace: route.route.ref.namespace ?? '',
                },
                subject: parent.ref,
                ...common,
              }),
            ];
          case 'NoMatchingListenerHostname':
            return [
              context.found({
                message: 'hostname',
                args: {
                  gateway,
                  route: name,
                  hosts: listed(route.hostnames, 3) || 'every host',
                  listeners:
                    listed(
                      listeners.map((listener) => listener.hostname ?? '*'),
                      3,
                    ) || 'others',
                },
                subject: parent.ref,
                ...common,
              }),
            ];
          case 'NoMatchingParent':
            return [
              context.found({
                message: 'section',
                args: { gateway, route: name },
                subject: owner(route, root),
                ...common,
              }),
            ];
          default:
            return [
              context.found({
                message: 'refused',
                args: { gateway, route: name, reason: bad.reason, words: quoted(bad.message, 160) },
                subject: owner(route, root),
                ...common,
              }),
            ];
        }
      }),
    );
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('no Gateway has said that it does not accept a route')
      : context.all([first, ...more]);
  },
});

/** Where a person mends the route: KServe writes over what is changed in its own. */
function owner(route: HttpRouteState, root: ResourceRef): ResourceRef {
  return root.kind === 'HTTPRoute' ? route.route.ref : root;
}

function allowsText(allows: readonly string[], namespace: string): string {
  if (allows.includes('Selector')) return 'namespaces with certain labels';
  return allows.includes('All') ? 'certain kinds' : `its own namespace ${namespace}`;
}

function admit(route: HttpRouteState, parent: RouteParent, bad: Condition, root: ResourceRef): Fix {
  const listeners = parent.gateway.state === 'present' ? parent.gateway.value.listeners : [];
  const index = listeners.findIndex((listener) => listener.allows === 'Same');
  const listener = listeners[index];
  if (bad.reason === 'NotAllowedByListeners' && listener !== undefined) {
    const { ref } = parent;
    const from = (value: string) => [
      { op: 'add', path: `${listener.pointer}/allowedRoutes`, value: { namespaces: { from: value } } },
    ];
    return fix({
      title: `Let listener ${listener.name} of Gateway ${ref.name} take routes of all namespaces`,
      applicability: 'review',
      effect: 'Everybody who may write HTTPRoutes can publish at this Gateway; a selector of namespaces is narrower.',
      steps: [kubectl(ref, ['patch', kindWord(ref), ref.name, '--type=json', '-p', JSON.stringify(from('All'))], true)],
      undo: [kubectl(ref, ['patch', kindWord(ref), ref.name, '--type=json', '-p', JSON.stringify(from('Same'))], true)],
      verify: verifyWithInferscope(root),
    });
  }
  return fix({
    title: `Bring HTTPRoute ${route.route.ref.name} and Gateway ${parent.ref.name} together`,
    applicability: 'advice',
    effect: 'The controller looks again by itself; no pod of the model is restarted.',
    steps: [
      kubectl(parent.ref, ['get', kindWord(parent.ref), parent.ref.name, '-o', 'yaml'], false),
      manual(
        bad.reason === 'NoMatchingListenerHostname'
          ? 'Give a listener a hostname that covers the host of the route (or none), or change the domain: ingressDomain under ingress of ConfigMap inferenceservice-config for routes that KServe writes.'
          : 'Correct what the condition names: sectionName and port of the parentRef, or the fields that the controller does not support.',
      ),
    ],
    verify: verifyWithInferscope(root),
  });
}
