/**
 * Why a Knative Ingress that its controller took in hand is not ready: what the controller's events and, where the conditions leave it open, its log say
 * of the Ingress. The last word on each host counts. It names no cause.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { defineView, type ViewContext } from '../model/reader.ts';
import { gatewayRoute, type GatewayRoute } from './gateway-route.ts';
import { NETWORKING_LAYERS } from './parse/gateway-config.ts';
import { parseGatewayProbe, type GatewayProbeLine } from './parse/gateway-probe-line.ts';
import { LONG_SECONDS } from './serving-attention.ts';
import { linesOf, platformComponent, useComponent, type PlatformComponent } from './platform-component.ts';

export interface ProbeSaid extends GatewayProbeLine {
  readonly cite: Citation;
}

export interface GatewayProbing {
  readonly route: GatewayRoute;
  readonly component?: PlatformComponent;
  /** The newest warning of the controller about the Ingress. */
  readonly error?: { readonly text: string; readonly cite: Citation };
  /** The last probe of each host, newest last. */
  readonly probes: readonly ProbeSaid[];
  /** Present where the log would say more and was not read. */
  readonly gap?: EvidenceGap;
}

/** Conflicts of writers; the controller just tries again (apimachinery api/errors NewConflict). */
const TRANSIENT = /the object has been modified|Operation cannot be fulfilled|failed to update status/i;

/** A controller that runs writes a status within seconds; why it did not is in its log. One that is down is another matter. */
function isOverdue(context: ViewContext, { state, seconds, layer }: GatewayRoute): boolean {
  if (state !== 'untouched' || seconds < LONG_SECONDS || layer === undefined) return false;
  const component = useComponent(context, layer.controller);
  return component.state === 'present' && !component.value.down;
}

/** Absent where the gateway serves the Ingress, or no controller that runs had time to take it in hand. */
export const gatewayProbing = defineView<Lookup<GatewayProbing>>({
  id: 'gateway-probing',
  needs: [{ type: 'event' }, { type: 'log' }, { type: 'object', kind: 'Pod' }],
  uses: [gatewayRoute, ...NETWORKING_LAYERS.map((layer) => platformComponent(layer.controller))],
  derive(context, subject) {
    const found = context.use(gatewayRoute, subject);
    if (found.state !== 'present') return found;
    const route = found.value;
    const warning = context
      .events(route.ingress.ref)
      .findLast((event) => event.type === 'Warning' && !TRANSIENT.test(event.message));
    // A controller whose first write of the objects below fails gives the Ingress events and no status.
    const isInHand = route.state === 'waiting' || (route.state === 'untouched' && warning !== undefined);
    if (!isInHand && !isOverdue(context, route)) return { state: 'absent', cite: route.said };
    const error = warning === undefined ? {} : { error: { text: warning.message, cite: warning.cite() } };
    if (route.layer === undefined)
      return { state: 'present', cite: found.cite, value: { route, probes: [], ...error } };
    const component = useComponent(context, route.layer.controller);
    if (component.state !== 'present') {
      const gap = component.state === 'unknown' ? { gap: component.gap } : {};
      return { state: 'present', cite: found.cite, value: { route, probes: [], ...error, ...gap } };
    }
    const lines = linesOf(context, component.value, route.ingress.ref);
    const last = new Map<string, ProbeSaid>();
    if (lines.state === 'present') {
      for (const { text, cite } of lines.value) {
        const probe = parseGatewayProbe(text);
        if (probe === undefined) continue;
        last.delete(probe.host);
        last.set(probe.host, { ...probe, cite });
      }
    }
    return {
      state: 'present',
      cite: found.cite,
      value: {
        route,
        component: component.value,
        probes: [...last.values()],
        ...error,
        ...(lines.state === 'unknown' ? { gap: lines.gap } : {}),
      },
    };
  },
});
