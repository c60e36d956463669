/** Cause: the Gateway is refused by its controller, or has no proxy or address. */
import type { Citation } from '../../../model/evidence.ts';
import type { Verdict } from '../../../model/finding.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { GatewayState } from '../../../views/gateway-api.ts';
import { httpRoutes } from '../../../views/gateway-http-routes.ts';
import type { Condition } from '../../../views/parse/conditions.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

/** The route is known, and only the way there from outside is missing: many clusters do without. */
const NO_ADDRESS = new Set(['AddressNotAssigned', 'AddressNotUsable']);

export default defineRule({
  code: 'IS7222',
  name: 'GatewayNotProgrammed',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The Gateway is refused or has no address',
  appliesTo: ['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'object-not-reconciled', 'requests-fail'],
  aliases: [
    'AddressNotAssigned',
    'NoResources',
    'ListenersNotValid',
    'Programmed False',
    'no addresses available in status of Gateway',
    'InvalidParameters',
  ],
  needs: { http: httpRoutes },
  messages: {
    refused: 'Gateway {gateway} is not accepted, {reason}: “{words}”',
    notProgrammed: 'Gateway {gateway} is not programmed, {reason}: “{words}”',
    noAddress: 'Gateway {gateway} has no address, {reason}: “{words}”',
  },
  check({ http }, context) {
    if (http.state === 'unknown') return context.unknown(http.gap);
    if (http.state === 'absent') return context.notApplicable('it has no HTTPRoutes in question');
    const { parents, affects, root, unready } = http.value;
    const verdicts = parents.flatMap(({ gateway, said }): readonly Verdict[] => {
      if (gateway.state !== 'present') return [];
      const state = gateway.value;
      const bad = badCondition(state);
      if (bad === undefined) return [context.ruledOut('the Gateway is programmed', gateway.cite)];
      const taken = said?.some((condition) => condition.type === 'Accepted' && condition.status === 'True') === true;
      const noAddress = NO_ADDRESS.has(bad.reason);
      // A Gateway without an address still routes for whoever reaches its proxy by another way.
      if (noAddress && (taken || !unready)) return [];
      const { ref } = state.gateway;
      const cite: Citation = state.gateway.cite(`condition ${bad.type}`, bad.pointer);
      const args = {
        gateway: `${ref.namespace ?? ''}/${ref.name}`,
        reason: bad.reason,
        words: quoted(bad.message, 160),
      };
      const common = {
        subject: ref,
        affects,
        certainty: 'confirmed',
        basis: 'its controller says so',
        consequence: 'Routes at this Gateway reach no proxy, so that requests for their hosts fail.',
        cite: [cite],
        fixes: [
          fix({
            title: noAddress
              ? `Give Gateway ${ref.name} an address`
              : `Mend Gateway ${ref.name} as its controller says`,
            applicability: 'advice',
            effect: 'The controller looks again by itself; no pod of the model is restarted.',
            steps: [
              kubectl(ref, ['describe', 'gateways.gateway.networking.k8s.io', ref.name], false),
              noAddress
                ? manual(
                    'Its Service of type LoadBalancer waits for a provider of addresses: install one (MetalLB, the cloud controller), or let the class make a NodePort or ClusterIP.',
                  )
                : manual('Correct what the condition names: a class parameter, a listener, a certificate.'),
            ],
            verify: verifyWithInferscope(root),
          }),
        ],
      } as const;
      if (noAddress) return [context.found({ message: 'noAddress', args, ...common })];
      return [
        bad.type === 'Accepted'
          ? context.found({ message: 'refused', args, ...common })
          : context.found({ message: 'notProgrammed', args, ...common }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('no Gateway says that it is not programmed')
      : context.all([first, ...more]);
  },
});

/** Accepted before Programmed; a Gateway that nobody took in hand (Unknown, Pending) is another matter. */
function badCondition({ conditions }: GatewayState): Condition | undefined {
  return ['Accepted', 'Programmed', 'Ready']
    .map((type) => conditions.find((condition) => condition.type === type && condition.status === 'False'))
    .find((condition) => condition !== undefined && condition.reason !== 'Pending');
}
