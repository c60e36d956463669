/** The certificates of the listeners of a Gateway: which Secrets they name, and whether those are there. Names only, never what is in them. */
import type { Lookup } from '../model/evidence.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { GatewayListener, GatewayState } from './gateway-api.ts';
import { httpRoutes, type HttpRoutes } from './gateway-http-routes.ts';

export interface ListenerCertificate {
  readonly gateway: GatewayState;
  readonly listener: GatewayListener;
  readonly secret: ResourceRef;
  readonly found: Lookup<KubeObject>;
}

export interface GatewayCertificates {
  readonly http: HttpRoutes;
  /** Of listeners whose controller does not resolve them. */
  readonly unresolved: readonly ListenerCertificate[];
}

export const gatewayCertificates = defineView<Lookup<GatewayCertificates>>({
  id: 'gateway-certificates',
  needs: [{ type: 'object', kind: 'Secret' }],
  uses: [httpRoutes],
  derive(context, subject) {
    const found = context.use(httpRoutes, subject);
    if (found.state !== 'present') return found;
    const unresolved = found.value.parents.flatMap(({ gateway }): readonly ListenerCertificate[] => {
      if (gateway.state !== 'present') return [];
      const { value } = gateway;
      return value.listeners
        .filter((listener) => listener.conditions.some((one) => one.type === 'ResolvedRefs' && one.status === 'False'))
        .flatMap((listener) =>
          listener.certificates.map((secret) => ({ gateway: value, listener, secret, found: context.object(secret) })),
        );
    });
    return { state: 'present', cite: found.cite, value: { http: found.value, unresolved } };
  },
});
