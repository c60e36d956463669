/**
 * What the hops behind a route have in common: the gateway before them, the request, and how long the gateway waits.
 */
import type { ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { callerOf, type Caller } from '../gateway-callers.ts';
import type { ComponentId } from '../parse/platform-components.ts';
import { gaveUp } from './gateway-answers.ts';
import type { Gateway } from './gateway.ts';
import type { ModelRequest } from './model-hop.ts';
import type { HopAnswer } from './path-types.ts';

export interface Way {
  /** Absent where a caller inside the cluster calls the Service itself. */
  readonly gateway?: Gateway;
  readonly request: ModelRequest;
  /** What a person asked about: why something on the way is not well is found out from there. */
  readonly asked: ResourceRef;
  /** As the last gateway leaves it. */
  readonly host: string;
  readonly timeoutSeconds?: number;
}

export const NOBODY: HopAnswer = { words: 'connection refused' };

export function timeoutOf(way: Way): {
  readonly gatewaySeconds?: { readonly seconds: number; readonly answer: HopAnswer };
} {
  return way.timeoutSeconds === undefined || way.gateway === undefined
    ? {}
    : { gatewaySeconds: { seconds: way.timeoutSeconds, answer: gaveUp(way.gateway) } };
}

/** Who calls the pods: the activator, the gateway; undefined where anybody in the cluster may, or where the gateway was not seen. */
export function callerOfPods(context: ViewContext, way: Way, activator: boolean): Caller | undefined {
  const id: ComponentId | undefined = activator ? 'knative-activator' : way.gateway?.component;
  return id === undefined ? undefined : callerOf(context, id);
}
