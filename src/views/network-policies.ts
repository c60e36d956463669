/** The NetworkPolicies that keep a caller of a model's pods out, by what they say. Absent callers and unread policies are never taken for blocked ones. */
import type { Lookup } from '../model/evidence.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { byName } from './parse/by-name.ts';
import { gatewayCallers, type CalledPod, type Caller } from './gateway-callers.ts';
import { admits, governsIngress } from './parse/network-policy.ts';

export interface BlockedCaller {
  readonly caller: Caller;
  readonly pod: CalledPod;
  /** All that select the pod; none of them admits the caller. */
  readonly policies: readonly [KubeObject, ...KubeObject[]];
}

export interface NetworkPolicies {
  readonly blocked: readonly BlockedCaller[];
  /** Callers that are let in, or of whom nothing can be said. */
  readonly admitted: readonly Caller[];
  readonly complete: Lookup<true>;
}

export const networkPolicies = defineView<Lookup<NetworkPolicies>>({
  id: 'network-policies',
  needs: [{ type: 'object', kind: 'NetworkPolicy' }],
  uses: [gatewayCallers],
  derive(context, subject) {
    const found = context.use(gatewayCallers, subject);
    if (found.state !== 'present') return found;
    const { pods, callers } = found.value;
    const [pod] = pods;
    const listing = context.list('NetworkPolicy', pod === undefined ? {} : { namespace: pod.namespace });
    const blocked: BlockedCaller[] = [];
    const admitted: Caller[] = [];
    for (const caller of callers) {
      if (pod === undefined) continue;
      const [first, ...more] = byName(listing.items).filter((policy) => governsIngress(policy.body, pod));
      if (
        first !== undefined &&
        [first, ...more].every((policy) => admits(policy.body, pod, caller, pod.port) === 'no')
      )
        blocked.push({ caller, pod, policies: [first, ...more] });
      else admitted.push(caller);
    }
    return { state: 'present', cite: found.cite, value: { blocked, admitted, complete: listing.complete } };
  },
});
