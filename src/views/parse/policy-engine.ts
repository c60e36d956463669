/**
 * Tells the webhooks of the known policy engines from others, by the name that each registers, and finds the policy in their words.
 */

export interface PolicyEngine {
  readonly engine: 'Kyverno' | 'Gatekeeper' | 'Kubewarden';
  /** The policy or constraint that denied, where its words say so. */
  readonly policy?: string;
}

/**
 * `validate.kyverno.svc-fail`: kyverno `pkg/config/config.go`; `validation.gatekeeper.sh`: gatekeeper `pkg/webhook/policy.go`;
 * Kubewarden: `<name>.kubewarden.admission`.
 */
export function policyEngineOf(webhook: string, denial: string): PolicyEngine | undefined {
  if (/(?:^|\.)kyverno(?:\.|$)/.test(webhook)) {
    const policy = /due to the following policies\s+([a-z0-9][a-z0-9.-]{0,252}):/.exec(denial.slice(0, 4000))?.[1];
    return { engine: 'Kyverno', ...(policy === undefined ? {} : { policy }) };
  }
  if (/(?:^|\.)gatekeeper\.sh$/.test(webhook)) {
    const policy = /^\s*\[(?:denied by )?([a-z0-9][a-z0-9.-]{0,252})\]/.exec(denial)?.[1];
    return { engine: 'Gatekeeper', ...(policy === undefined ? {} : { policy }) };
  }
  return webhook.endsWith('.kubewarden.admission') ? { engine: 'Kubewarden' } : undefined;
}
