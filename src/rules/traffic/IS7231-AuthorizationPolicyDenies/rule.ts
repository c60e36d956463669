/** Cause: an AuthorizationPolicy of Istio forbids the requests to a model. */
import type { ResourceRef } from '../../../model/reference.ts';
import type { Fix } from '../../../model/finding.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { deniedBy, istioDenials } from '../../../views/istio-denials.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7231',
  name: 'AuthorizationPolicyDenies',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'An AuthorizationPolicy forbids the request',
  appliesTo: ['InferenceService', 'Service.serving.knative.dev'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['RBAC: access denied', 'rbac_access_denied_matched_policy', '403 Forbidden', 'AuthorizationPolicy'],
  needs: { denials: istioDenials, judgement: exchangeJudgement },
  messages: {
    denies: 'AuthorizationPolicy {policy} denies the request to {host}',
    noneAllows:
      'No rule of AuthorizationPolicy {policy} allows the request to {host}, and an ALLOW policy forbids what it does not name',
    several: 'None of {count} AuthorizationPolicies, {policy} among them, allows the request to {host}',
  },
  check({ denials, judgement }, context) {
    const failed = judgement.failing.findLast(
      ({ answer }) =>
        answer.kind === 'forbidden' &&
        (/rbac/i.test(answer.words) || /rbac_access_denied/.test(answer.access?.details ?? '')),
    );
    if (failed === undefined)
      return context.notApplicable('no request was seen to be forbidden by a policy of the mesh');
    if (denials.state === 'unknown') return context.unknown(denials.gap);
    if (denials.state === 'absent') return context.notApplicable('it is not there to be looked at');
    const { applied } = denials.value;
    const { host } = failed.url;
    const common = {
      affects: [context.on],
      consequence: 'The proxy answers 403 in the stead of the model.',
    } as const;
    const named = deniedBy(failed.answer.access?.details ?? '');
    if (named !== undefined && named !== 'none') {
      const subject: ResourceRef = { apiVersion: 'security.istio.io/v1', kind: 'AuthorizationPolicy', ...named };
      const seen = applied.find(
        ({ policy }) => policy.ref.name === named.name && policy.ref.namespace === named.namespace,
      );
      return context.found({
        message: 'denies',
        args: { policy: `${named.namespace}/${named.name}`, host },
        subject,
        certainty: 'confirmed',
        basis: 'the proxy names the policy in its access log',
        ...common,
        cite: [
          citeExchange(failed),
          ...(seen === undefined ? [] : [seen.policy.cite(`rules of ${named.name}`, '/spec')]),
        ],
        fixes: [letThrough(subject, context.on)],
      });
    }
    const denying = applied.find(({ action, rules }) => action === 'DENY' && rules > 0);
    const allowing = applied.filter(({ action }) => action === 'ALLOW');
    const [first] = allowing;
    if (first === undefined) {
      if (denying === undefined) return context.notApplicable('no policy that was read applies on the way');
      const { ref } = denying.policy;
      return context.found({
        message: 'denies',
        args: { policy: `${ref.namespace ?? ''}/${ref.name}`, host },
        subject: ref,
        certainty: 'likely',
        basis: 'it is the only policy that was read and applies on the way; the answer is that of such a policy',
        ...common,
        cite: [denying.policy.cite(`rules of ${ref.name}`, '/spec'), citeExchange(failed)],
        fixes: [letThrough(ref, context.on)],
      });
    }
    const { ref } = first.policy;
    const args = { policy: `${ref.namespace ?? ''}/${ref.name}`, host };
    const rest = {
      subject: ref,
      certainty: named === 'none' && denying === undefined && allowing.length === 1 ? 'confirmed' : 'likely',
      basis:
        named === 'none'
          ? 'the proxy says that no policy matched, and these apply on the way'
          : 'the answer is that of such a policy, and these apply on the way',
      ...common,
      cite: [first.policy.cite(`rules of ${ref.name}`, '/spec'), citeExchange(failed)],
      fixes: [letThrough(ref, context.on)],
    } as const;
    return allowing.length === 1
      ? context.found({ message: 'noneAllows', args, ...rest })
      : context.found({ message: 'several', args: { ...args, count: allowing.length }, ...rest });
  },
});

function letThrough(policy: ResourceRef, asked: ResourceRef): Fix {
  return fix({
    title: `Let the request pass in AuthorizationPolicy ${policy.name}`,
    applicability: 'advice',
    effect: 'istiod sends it to the proxies at once; no pod is restarted.',
    steps: [
      kubectl(policy, ['get', 'authorizationpolicy', policy.name, '-o', 'yaml'], false),
      manual(
        'Name who may call: the namespace or service account of the caller, the gateway’s principal, and for pods with a sidecar under Knative also namespace knative-serving (activator and autoscaler) with the paths /healthz and /metrics.',
      ),
    ],
    verify: verifyWithInferscope(asked),
  });
}
