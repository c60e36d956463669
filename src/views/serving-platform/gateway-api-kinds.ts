/** Whether the cluster serves HTTPRoutes of the Gateway API, and in which versions. */
import type { Lookup } from '../../model/evidence.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { definitionRef, servedVersions } from '../installed-versions.ts';

export interface GatewayApiKinds {
  readonly found: Lookup<KubeObject>;
  readonly served: readonly string[];
}

const HTTP_ROUTES = definitionRef('httproutes.gateway.networking.k8s.io');

/** Derive it on `CLUSTER`. */
export const gatewayApiKinds = defineView<GatewayApiKinds>({
  id: 'gateway-api-kinds',
  needs: [{ type: 'object', kind: 'CustomResourceDefinition' }],
  uses: [servedVersions],
  derive(context) {
    const served = context.use(servedVersions, HTTP_ROUTES);
    return { found: context.object(HTTP_ROUTES), served: served.state === 'present' ? served.value : [] };
  },
});
