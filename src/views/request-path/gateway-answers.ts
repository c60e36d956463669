/** What gateways answer where they have no rule, nobody behind it, or wait too long: Envoy with its response flag, others in their own words. */
import type { Gateway } from './gateway.ts';
import type { HopAnswer } from './path-types.ts';

/** No rule for the host and path: Envoy 404 NR (route_not_found); NGINX its default backend's 404. */
export function noRoute(gateway: Gateway): HopAnswer {
  return { status: 404, ...(gateway.envoy ? { flag: 'NR' } : {}), words: 'no route' };
}

/** A rule leads to a Service that has nobody behind it. */
export function noBackend(gateway: Gateway): HopAnswer {
  return gateway.envoy
    ? { status: 503, flag: 'UH', words: 'no healthy upstream' }
    : { status: 503, words: 'service temporarily unavailable' };
}

/** A rule leads to a Service that does not exist. */
export function noService(gateway: Gateway): HopAnswer {
  if (gateway.kind === 'istio') return { status: 503, flag: 'NC', words: 'cluster not found' };
  // Gateway API v1 HTTPRouteRule.backendRefs: an invalid reference gives 500.
  if (gateway.kind === 'gateway-api') return { status: 500, flag: '-', words: 'the backend does not exist' };
  return noBackend(gateway);
}

/** A rule leads to an address where nobody takes the connection. */
export function refused(gateway: Gateway): HopAnswer {
  return gateway.envoy
    ? { status: 503, flag: 'UF', words: 'upstream connect error or disconnect/reset before headers' }
    : { status: 502, words: 'bad gateway' };
}

/** The gateway gives up waiting. */
export function gaveUp(gateway: Gateway): HopAnswer {
  return gateway.envoy
    ? { status: 504, flag: 'UT', words: 'upstream request timeout' }
    : { status: 504, words: 'gateway time-out' };
}
