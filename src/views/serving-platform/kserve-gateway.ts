/** The Gateway that KServe attaches its HTTPRoutes to, where its configuration asks for the Gateway API. */
import type { Lookup } from '../../model/evidence.ts';
import { defineView } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { gatewayApiGateway, gatewayOf, gatewayRef, type GatewayState } from '../gateway-api.ts';
import { serviceAddress } from '../parse/gateway-config.ts';
import { servingDefaults } from './serving-defaults.ts';

export interface KserveGateway {
  readonly ref: ResourceRef;
  readonly found: Lookup<GatewayState>;
}

/** kserve pkg/constants/constants.go. */
const USUAL = 'kserve/kserve-ingress-gateway';

/** Derive it on `CLUSTER`. Absent where the configuration asks for no Gateway, or names none that can be read. */
export const kserveGateway = defineView<Lookup<KserveGateway>>({
  id: 'kserve-gateway',
  needs: [],
  uses: [servingDefaults, gatewayApiGateway],
  derive(context, subject) {
    const defaults = context.use(servingDefaults, subject);
    if (defaults.state !== 'present') return defaults;
    const named = serviceAddress(defaults.value.gateway ?? USUAL);
    if (!defaults.value.gatewayApi || named === undefined) return { state: 'absent', cite: defaults.value.ingressCite };
    const ref = gatewayRef(named.namespace, named.name);
    return { state: 'present', cite: defaults.value.ingressCite, value: { ref, found: gatewayOf(context, ref) } };
  },
});
