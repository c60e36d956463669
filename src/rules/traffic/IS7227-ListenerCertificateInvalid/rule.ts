/** Cause: a listener of the Gateway names a certificate that is missing, not allowed or unusable. */
import type { Verdict } from '../../../model/finding.ts';
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { gatewayCertificates } from '../../../views/gateway-certificates.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { TLS_KEYS, tlsSecretFaults } from '../../../views/parse/tls-secret.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7227',
  name: 'ListenerCertificateInvalid',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'A listener of the Gateway has no usable certificate',
  appliesTo: ['InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['route-not-ready', 'requests-fail'],
  aliases: [
    'InvalidCertificateRef',
    'certificate secret not found',
    'TLS secret',
    'ssl handshake failed at the gateway',
  ],
  needs: { certificates: gatewayCertificates },
  messages: {
    missing: 'Listener {listener} of Gateway {gateway} names the certificate Secret {secret}, which does not exist',
    unusable:
      'Listener {listener} of Gateway {gateway} cannot use the certificate Secret {secret}, {reason}: “{words}”',
  },
  check({ certificates }, context) {
    if (certificates.state === 'unknown') return context.unknown(certificates.gap);
    if (certificates.state === 'absent') return context.notApplicable('it has no HTTPRoutes in question');
    const { http, unresolved } = certificates.value;
    const verdicts = unresolved.flatMap(({ gateway, listener, secret, found }): readonly Verdict[] => {
      const bad = listener.conditions.find(
        (condition) => condition.type === 'ResolvedRefs' && condition.status === 'False',
      );
      if (bad === undefined) return [];
      const { ref } = gateway.gateway;
      const args = {
        listener: listener.name,
        gateway: `${ref.namespace ?? ''}/${ref.name}`,
        secret: `${secret.namespace ?? ''}/${secret.name}`,
      };
      const said = gateway.gateway.cite(`listener ${listener.name}`, bad.pointer);
      const common = {
        affects: http.affects,
        certainty: 'confirmed',
        consequence: 'The proxy does not open this listener, so that no request over TLS is answered.',
        fixes: [
          fix({
            title: `Give listener ${listener.name} a certificate`,
            applicability: 'fill-in',
            effect: 'The controller takes it up at once; no pod of the model is restarted.',
            steps: [
              kubectl(
                secret,
                ['create', 'secret', 'tls', secret.name, '--cert=<CERTIFICATE_FILE>', '--key=<KEY_FILE>'],
                true,
              ),
              manual(
                'Where cert-manager is to make it, look at its Certificate instead. A Secret of another namespace needs a ReferenceGrant there.',
              ),
            ],
            undo: [kubectl(secret, ['delete', 'secret', secret.name], true)],
            verify: verifyWithInferscope(http.root),
          }),
        ],
      } as const;
      if (found.state === 'absent')
        return [
          context.found({
            message: 'missing',
            args,
            subject: secret,
            ...common,
            basis: 'the controller cannot resolve it, and its namespace holds no such Secret',
            cite: [said, found.cite],
          }),
        ];
      // Where the contents say why, IS7251 does.
      if (
        found.state === 'present' &&
        tlsSecretFaults(found.value.body, TLS_KEYS, [], context.now)?.[0]?.weight === 'fatal'
      )
        return [];
      return [
        context.found({
          message: 'unusable',
          args: { ...args, reason: bad.reason, words: quoted(bad.message, 160) },
          subject: ref,
          ...common,
          basis: 'its controller says so',
          cite: [said],
        }),
      ];
    });
    const [first, ...more] = verdicts;
    return first === undefined
      ? context.notApplicable('no listener lacks its certificate')
      : context.all([first, ...more]);
  },
});
