/** Cause: one side of a connection to a model speaks mutual TLS, and the other does not. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { istioMutualTls } from '../../../views/istio-mutual-tls.ts';
import type { AnswerKind } from '../../../views/parse/http-answer.ts';
import { defineRule } from '../../define.ts';

/** A proxy that wants TLS closes plain connections; one that gets TLS without expecting it cannot read it. */
const CLOSED: ReadonlySet<AnswerKind> = new Set([
  'upstream-unreachable',
  'upstream-closed',
  'upstream-protocol',
  'unavailable',
  'container-unreachable',
  'connection-lost',
]);

export default defineRule({
  code: 'IS7234',
  name: 'MutualTlsRequired',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'One side of the connection speaks mutual TLS and the other does not',
  appliesTo: ['InferenceService', 'Service.serving.knative.dev'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'PeerAuthentication STRICT',
    'connection termination',
    'CERTIFICATE_VERIFY_FAILED',
    'WRONG_VERSION_NUMBER',
    'mTLS',
    'transport failure reason',
  ],
  needs: { clash: istioMutualTls, judgement: exchangeJudgement },
  messages: {
    strict: 'PeerAuthentication {policy} makes the pods take mutual TLS only, and {caller} has no sidecar',
    rule: 'DestinationRule {rule} calls the pods with TLS mode {mode}, and they {take}',
  },
  check({ clash, judgement }, context) {
    if (clash.state === 'unknown') return context.unknown(clash.gap);
    if (clash.state === 'absent') return context.notApplicable('nothing that was read is at odds over mutual TLS');
    const failed = judgement.failing.findLast(({ answer }) => CLOSED.has(answer.kind));
    if (failed === undefined) return context.notApplicable('no request was seen to fail of it');
    const { strict, rule, pod } = clash.value;
    const said = `${failed.answer.words} ${failed.answer.access?.failure ?? ''}`;
    const told = /TLS|SSL|CERTIFICATE|WRONG_VERSION|connection termination|connection reset/i.test(said);
    const common = {
      affects: [context.on],
      certainty: told ? 'likely' : 'possible',
      basis: told
        ? 'both settings were read, and the error is what they leave behind'
        : 'both settings were read; the error may have another reason',
      consequence:
        'The pods are Ready, since the kubelet’s probes are let through, and connections of others end at once.',
    } as const;
    if (rule !== undefined) {
      const { ref } = rule.rule;
      return context.found({
        message: 'rule',
        args: { rule: ref.name, mode: rule.mode, take: pod.sidecar ? 'take mutual TLS only' : 'have no sidecar' },
        subject: ref,
        ...common,
        cite: [
          rule.rule.cite(`TLS mode of DestinationRule ${ref.name}`, '/spec/trafficPolicy/tls'),
          citeExchange(failed),
        ],
        fixes: [
          fix({
            title: `Let DestinationRule ${ref.name} use the TLS mode that the pods take`,
            applicability: 'advice',
            effect: 'istiod sends it to the proxies at once; no pod is restarted.',
            steps: [
              kubectl(ref, ['get', 'destinationrule', ref.name, '-o', 'yaml'], false),
              manual(
                pod.sidecar
                  ? 'Set trafficPolicy.tls.mode to ISTIO_MUTUAL, or take it out.'
                  : 'Set trafficPolicy.tls.mode to DISABLE, or give the pods a sidecar.',
              ),
            ],
            verify: verifyWithInferscope(context.on),
          }),
        ],
      });
    }
    if (strict === undefined) return context.notApplicable('nothing is at odds');
    const { ref } = strict.policy.by;
    const [caller] = strict.callers;
    return context.found({
      message: 'strict',
      args: { policy: `${ref.namespace ?? ''}/${ref.name}`, caller: caller.title },
      subject: ref,
      ...common,
      cite: [
        strict.policy.by.cite('mode STRICT', strict.policy.pointer),
        caller.workload.cite(`${caller.title} without a sidecar`, '/spec/template/metadata'),
        citeExchange(failed),
      ],
      fixes: [
        fix({
          title: `Take ${caller.title} into the mesh, or let the pods take plain connections too`,
          applicability: 'advice',
          effect: 'A sidecar comes with a restart of the caller; PERMISSIVE holds at once and restarts nothing.',
          steps: [
            kubectl(ref, ['get', 'peerauthentication', ref.name, '-o', 'yaml'], false),
            manual(
              `Inject a sidecar into ${caller.title} (label istio-injection=enabled on namespace ${caller.namespace}), or set the mode to PERMISSIVE for port ${pod.port} of these pods.`,
            ),
          ],
          verify: verifyWithInferscope(context.on),
        }),
      ],
    });
  },
});
