/** Cause: the Secret with which an Ingress or a Gateway serves TLS holds what does not serve: expired, for another name, of another key. */
import type { Verdict } from '../../../model/finding.ts';
import { createTlsSecret, mendSecret } from '../../../fixes/certificates.ts';
import { verifyWithInferscope } from '../../../fixes/build.ts';
import { faultPointers, tlsSecretFaults } from '../../../views/parse/tls-secret.ts';
import { servingCertificates, type ServingCertificate } from '../../../views/serving-certificates.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7251',
  name: 'ServingCertificateInvalid',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The certificate of an Ingress or Gateway does not serve',
  appliesTo: ['Ingress', 'InferenceService', 'LLMInferenceService', 'InferenceGraph', 'HTTPRoute', 'Route'],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'certificate has expired',
    'x509: certificate has expired or is not yet valid',
    'x509: certificate is valid for',
    'x509: certificate relies on legacy Common Name field',
    'Kubernetes Ingress Controller Fake Certificate',
    'Unexpected error validating SSL certificate',
    'tls: private key does not match public key',
    'SSL: CERTIFICATE_VERIFY_FAILED',
    'key values mismatch',
    'ERR_CERT_DATE_INVALID',
    'ERR_CERT_COMMON_NAME_INVALID',
  ],
  needs: { serving: servingCertificates },
  messages: {
    content: '{server} serves TLS with Secret {secret}: {fault}',
    missing: '{server} is to serve TLS with Secret {secret}, which does not exist',
  },
  check({ serving }, context) {
    const { certificates, gaps } = serving;
    const verdicts = certificates.flatMap((certificate): readonly Verdict[] => {
      const { secret, found, keys, hosts, named, affects, words, server } = certificate;
      const args = { server: words, secret: `${secret.namespace ?? ''}/${secret.name}` };
      const verify = verifyWithInferscope(context.on);
      if (found.state === 'unknown') return [context.unknown(found.gap)];
      if (found.state === 'absent') {
        // A listener of the Gateway API says so itself: IS7227.
        if (server === 'gateway') return [];
        return [
          context.found({
            message: 'missing',
            args,
            subject: secret,
            affects,
            certainty: 'likely',
            basis:
              'its name was looked up and is not there; whether the controller has another source for it is not seen',
            consequence: consequenceOf(certificate),
            cite: [named, found.cite],
            fixes: [createTlsSecret(secret, keys, verify)],
          }),
        ];
      }
      const faults = tlsSecretFaults(found.value.body, keys, hosts, context.now);
      if (faults === undefined)
        return [
          context.unknown({
            id: `gap:certificate/${args.secret}`,
            wanted: `what Secret ${args.secret} holds`,
            reason: 'not-requested',
            detail: 'the capture keeps the sizes of its values only',
          }),
        ];
      const { value } = found;
      const [first, ...more] = faults;
      if (first?.weight !== 'fatal')
        return [
          context.ruledOut(
            ['certificate and key serve', ...faults.map(({ text }) => text)].join('; '),
            value.cite(`keys of Secret ${secret.name}`),
          ),
        ];
      const [place, ...places] = faultPointers(first, keys);
      const label = `what is public of Secret ${secret.name}`;
      return [
        context.found({
          message: 'content',
          args: { ...args, fault: first.text },
          subject: secret,
          affects,
          certainty: 'confirmed',
          basis: 'what is public of its certificate and key was read',
          consequence: consequenceOf(certificate),
          cite: [value.cite(label, place), ...places.map((other) => value.cite(label, other)), named],
          trace: more
            .filter(({ weight }) => weight !== 'note')
            .map(({ text }) => ({ text: `besides, ${text}`, cite: [value.cite(label)] })),
          fixes: [mendSecret(first, secret, keys, verify)],
        }),
      ];
    });
    const [first, ...rest] = [...verdicts, ...gaps.map((gap) => context.unknown(gap))];
    return first === undefined
      ? context.notApplicable('nothing in question serves TLS with a Secret')
      : context.all([first, ...rest]);
  },
});

function consequenceOf({ server }: ServingCertificate): string {
  switch (server) {
    case 'ingress':
      return 'Clients that check certificates refuse the connection; ingress-nginx serves its own “Kubernetes Ingress Controller Fake Certificate” in place of one that it cannot use.';
    case 'gateway':
      return 'Clients that check certificates refuse the connection, or the proxy does not open the listener.';
    case 'istio':
      return 'Clients that check certificates refuse the connection; without a usable pair the proxy resets it.';
  }
}
