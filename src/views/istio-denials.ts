/** AuthorizationPolicies that apply on the way to a model: at the gateway's pods and at the model's own, and which of them a denial names. */
import type { Lookup } from '../model/evidence.ts';
import { textMapAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import { refKey } from '../model/reference.ts';
import { gatewayCallers } from './gateway-callers.ts';
import { istioPoliciesOn, type AppliedPolicy } from './istio-policies.ts';
import { byName } from './parse/by-name.ts';
import { matchesLabels } from './parse/selector.ts';

export interface IstioDenials {
  readonly applied: readonly AppliedPolicy[];
}

export const istioDenials = defineView<Lookup<IstioDenials>>({
  id: 'istio-denials',
  needs: [{ type: 'object', kind: 'Pod' }],
  uses: [gatewayCallers, istioPoliciesOn],
  derive(context, subject) {
    const found = context.use(gatewayCallers, subject);
    if (found.state !== 'present') return found;
    const { pods, callers } = found.value;
    const gateways = callers
      .filter((caller) => !caller.activator)
      .flatMap((caller) =>
        byName(context.list('Pod', { namespace: caller.namespace }).items).filter(
          (pod) =>
            Object.keys(caller.labels).length > 0 &&
            matchesLabels(caller.labels, textMapAt(pod.body, 'metadata', 'labels')),
        ),
      );
    const applied = new Map<string, AppliedPolicy>();
    for (const pod of [...gateways.slice(0, 1), ...pods.slice(0, 1).map((called) => called.pod)]) {
      const policies = context.use(istioPoliciesOn, pod.ref);
      if (policies.state !== 'present') continue;
      for (const policy of policies.value.authorization) applied.set(refKey(policy.policy.ref), policy);
    }
    return { state: 'present', cite: found.cite, value: { applied: [...applied.values()] } };
  },
});

/**
 * `rbac_access_denied_matched_policy[ns[foo]-policy[bar]-rule[0]]`, `…[none]` (istio pilot/pkg/security/authz/builder; envoy RBAC filter).
 */
export function deniedBy(details: string): { readonly namespace: string; readonly name: string } | 'none' | undefined {
  const text = details.slice(0, 1000);
  const match = /rbac_access_denied_matched_policy\[ns\[([a-z0-9.-]{1,253})\]-policy\[([a-z0-9.-]{1,253})\]/.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined) return { namespace: match[1], name: match[2] };
  return text.includes('rbac_access_denied_matched_policy[none]') ? 'none' : undefined;
}
