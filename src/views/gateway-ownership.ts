/** Which object of somebody else stands where a Route's own should: in the words of the Route's or the Ingress's conditions. */
import type { Citation, Lookup } from '../model/evidence.ts';
import { apiVersionOf, kindNamed } from '../model/kinds.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { gatewayRoute } from './gateway-route.ts';
import { ownerTree } from './owner-tree.ts';
import { conditionsOf } from './parse/conditions.ts';

export interface OwnedElsewhere {
  readonly route: ResourceRef;
  readonly root: ResourceRef;
  readonly object: ResourceRef;
  readonly cite: Citation;
  /** The object itself, where it was read. */
  readonly seen?: Citation;
}

// knative serving route_lifecycle.go MarkServiceNotOwned, MarkEndpointNotOwned, MarkCertificateNotOwned; networking ingress_lifecycle.go
// MarkResourceNotOwned.
const NOT_OWNED =
  /existing (?:placeholder )?(Service|Endpoint|VirtualService|[Cc]ertificate|Gateway|HTTPProxy|HTTPRoute|Secret)s? "?([a-z0-9][a-z0-9.-]{0,252})"? that we (?:do not|don't) own/;

const KINDS: Readonly<Record<string, { readonly kind: string; readonly group: string }>> = {
  Service: { kind: 'Service', group: '' },
  Endpoint: { kind: 'Endpoints', group: '' },
  Secret: { kind: 'Secret', group: '' },
  VirtualService: { kind: 'VirtualService', group: 'networking.istio.io' },
  Gateway: { kind: 'Gateway', group: 'networking.istio.io' },
  HTTPProxy: { kind: 'HTTPProxy', group: 'projectcontour.io' },
  HTTPRoute: { kind: 'HTTPRoute', group: 'gateway.networking.k8s.io' },
  certificate: { kind: 'Certificate', group: 'networking.internal.knative.dev' },
  Certificate: { kind: 'Certificate', group: 'networking.internal.knative.dev' },
};

/** Kinds that are worth a look at what stands there. */
const SHOWN: ReadonlySet<string> = new Set(['Service', 'VirtualService', 'HTTPRoute']);

export const ownedElsewhere = defineView<Lookup<OwnedElsewhere>>({
  id: 'gateway-ownership',
  needs: [
    { type: 'object', kind: 'Route' },
    { type: 'object', kind: 'DomainMapping' },
    { type: 'object', kind: 'Service' },
    { type: 'object', kind: 'VirtualService' },
    { type: 'object', kind: 'HTTPRoute' },
  ],
  uses: [gatewayRoute, ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const route = found.value;
    const ingress = context.use(gatewayRoute, subject);
    const speakers = [route, ...(ingress.state === 'present' ? [ingress.value.ingress] : [])];
    for (const speaker of speakers) {
      const clash = clashIn(speaker, route.ref.namespace);
      if (clash === undefined) continue;
      const seen = SHOWN.has(clash.object.kind) ? context.object(clash.object) : undefined;
      const { root } = context.use(ownerTree, subject);
      return {
        state: 'present',
        cite: clash.cite,
        value: { route: route.ref, root, ...clash, ...(seen?.state === 'present' ? { seen: seen.cite } : {}) },
      };
    }
    return { state: 'absent', cite: found.cite };
  },
});

function clashIn(
  speaker: KubeObject,
  namespace: string | undefined,
): Pick<OwnedElsewhere, 'object' | 'cite'> | undefined {
  for (const condition of conditionsOf(speaker.body)) {
    if (condition.status === 'True' || condition.type === 'Ready') continue;
    const match = NOT_OWNED.exec(condition.message.slice(0, 1000));
    const known = KINDS[match?.[1] ?? ''];
    const name = match?.[2];
    if (known === undefined || name === undefined) continue;
    const info = kindNamed(known.kind, known.group);
    if (info === undefined) continue;
    return {
      object: {
        apiVersion: apiVersionOf(info),
        kind: known.kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      },
      cite: speaker.cite(`condition ${condition.type}`, condition.pointer),
    };
  }
  return undefined;
}
