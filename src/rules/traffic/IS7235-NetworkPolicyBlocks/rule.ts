/** Cause: a NetworkPolicy keeps the gateway or the activator away from the pods of a model. */
import { textAt } from '../../../model/json.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { networkPolicies } from '../../../views/network-policies.ts';
import type { AnswerKind } from '../../../views/parse/http-answer.ts';
import { defineRule } from '../../define.ts';

/** What a caller gets, or passes on, where nobody takes its packets. */
const CUT_OFF: ReadonlySet<AnswerKind> = new Set([
  'upstream-unreachable',
  'timeout',
  'no-capacity',
  'unavailable',
  'client-timeout',
  'no-upstream',
]);

export default defineRule({
  code: 'IS7235',
  name: 'NetworkPolicyBlocks',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'A NetworkPolicy keeps the gateway away from the pods',
  appliesTo: ['InferenceService', 'Service.serving.knative.dev'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['networkpolicy', 'default-deny', 'upstream connect error', 'connection timeout', '503 UF'],
  needs: { policies: networkPolicies, judgement: exchangeJudgement },
  messages: {
    blocked:
      'NetworkPolicy {policy} selects Pod {pod}, and no rule lets {caller} of namespace {namespace} in on port {port}',
    several:
      '{count} NetworkPolicies select Pod {pod}, {policy} among them, and no rule lets {caller} of namespace {namespace} in on port {port}',
  },
  check({ policies, judgement }, context) {
    if (policies.state === 'unknown') return context.unknown(policies.gap);
    if (policies.state === 'absent') return context.notApplicable('it is not there to be looked at');
    const failed = judgement.failing.findLast(({ answer }) => CUT_OFF.has(answer.kind));
    if (failed === undefined) return context.notApplicable('no request was seen to be cut off');
    const { blocked, admitted } = policies.value;
    // Requests go through the activator, or past it: where one of the two ways is open it is not known which was taken.
    const upstream = failed.answer.access?.upstream?.replace(/:\d+$/, '');
    const [first] = blocked;
    if (first === undefined) return context.notApplicable('no policy keeps a known caller out');
    const direct = upstream !== undefined && textAt(first.pod.pod.body, 'status', 'podIP') === upstream;
    const way = blocked.find(({ caller }) => (direct ? !caller.activator : caller.activator)) ?? first;
    const relevant = direct
      ? admitted.filter((caller) => !caller.activator)
      : admitted.filter((caller) => caller.activator);
    if (relevant.length > 0) return context.notApplicable('the caller that sent the request is let in');
    const [policy, ...more] = way.policies;
    const { pod } = way.pod;
    const args = {
      policy: policy.ref.name,
      pod: pod.ref.name,
      caller: way.caller.title,
      namespace: way.caller.namespace,
      port: way.pod.port,
    };
    const common = {
      subject: policy.ref,
      affects: [context.on],
      certainty: 'likely',
      basis:
        'the rules of all policies that select the pod were compared with the labels of the caller; whether the network enforces policies is not known',
      consequence: 'The kubelet still reaches the pod, so that it is Ready, while requests get no answer.',
      cite: [policy.cite(`rules of NetworkPolicy ${policy.ref.name}`, '/spec'), citeExchange(failed)],
      fixes: [
        fix({
          title: `Let namespace ${way.caller.namespace} in on port ${way.pod.port}`,
          applicability: 'fill-in',
          effect: 'Takes effect at once; no pod is restarted.',
          steps: [
            manual(
              `Write a NetworkPolicy for these pods with ingress from namespaceSelector kubernetes.io/metadata.name: ${way.caller.namespace} to TCP port ${way.pod.port}; policies add up, so that ${policy.ref.name} may stay.`,
            ),
            kubectl(policy.ref, ['apply', '-f', '<NETWORKPOLICY>.yaml'], true),
          ],
          undo: [kubectl(policy.ref, ['delete', '-f', '<NETWORKPOLICY>.yaml'], true)],
          verify: kubectl(policy.ref, ['describe', 'networkpolicy'], false),
        }),
      ],
    } as const;
    return more.length === 0
      ? context.found({ message: 'blocked', args, ...common })
      : context.found({ message: 'several', args: { ...args, count: way.policies.length }, ...common });
  },
});
