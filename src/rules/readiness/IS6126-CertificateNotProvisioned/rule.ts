/** Cause: the certificate for the host of a Route or a DomainMapping is not issued. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { secondsBetween } from '../../../views/parse/time.ts';
import { knativeComplaint } from '../../../views/knative-complaint.ts';
import { certificateFault } from '../../../views/parse/knative-message.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

/** An ACME challenge takes minutes (cert-manager retries a failed one after an hour). */
const LONG_SECONDS = 600;

export default defineRule({
  code: 'IS6126',
  name: 'CertificateNotProvisioned',
  stage: 'readiness',
  role: 'cause',
  since: '0.1.0',
  title: 'The certificate for the host of a Route is not issued',
  appliesTo: ['Route', 'DomainMapping'],
  looksAt: 'asked',
  effects: ['route-not-ready'],
  aliases: [
    'CertificateNotReady',
    'CertificateProvisionFailed',
    'fails to be provisioned',
    'no challenge solver service for domain',
    'Cert-Manager certificate has not yet been reconciled',
  ],
  needs: { complaint: knativeComplaint },
  messages: {
    failed: 'Certificate {certificate} for {object} is not issued: {words}',
    waits: 'Certificate {certificate} for {object} is not issued so far',
  },
  check({ complaint }, context) {
    if (complaint.state === 'unknown') return context.unknown(complaint.gap);
    if (complaint.state === 'absent' || complaint.value === undefined)
      return context.notApplicable('it waits for no certificate');
    const { conditions, root, affects } = complaint.value;
    const condition = conditions.find(({ type }) => type === 'CertificateProvisioned');
    const fault = condition === undefined ? undefined : certificateFault(condition.message);
    if (condition === undefined || fault === undefined) return context.notApplicable('it waits for no certificate');
    const waited = secondsBetween(condition.since, context.now) ?? 0;
    if (condition.status !== 'False' && waited < LONG_SECONDS)
      return context.notApplicable('its certificate is being issued');
    const certificate = {
      apiVersion: 'networking.internal.knative.dev/v1alpha1',
      kind: 'Certificate',
      name: fault.name,
      ...(context.on.namespace === undefined ? {} : { namespace: context.on.namespace }),
    };
    const args = { certificate: fault.name, object: nameWithKind(context.on) };
    const rest = {
      subject: certificate,
      affects,
      consequence:
        'Where plain HTTP is not allowed, the gateway gets no route for the host before it has the certificate.',
      cite: [condition.cite],
      fixes: [
        fix({
          title: 'Follow the certificate to its order and challenge',
          applicability: 'advice',
          effect: 'Changes nothing.',
          steps: [
            kubectl(
              certificate,
              [
                'get',
                'certificates.networking.internal.knative.dev,certificates.cert-manager.io,orders.acme.cert-manager.io,challenges.acme.cert-manager.io',
              ],
              false,
            ),
            manual(
              'The challenge tells what the issuer could not do: the domain does not lead to this cluster, the issuer of ConfigMap config-certmanager does not exist, or the authority limits orders.',
            ),
          ],
          verify: verifyWithInferscope(root),
        }),
      ],
    } as const;
    return fault.why === ''
      ? context.found({
          message: 'waits',
          args,
          certainty: 'likely',
          basis: 'its condition waits for the certificate; why it does not come is not told',
          ...rest,
        })
      : context.found({
          message: 'failed',
          args: { ...args, words: quoted(fault.why, BRIEF) },
          certainty: condition.status === 'False' ? 'confirmed' : 'likely',
          basis: 'the words of the issuer are quoted',
          ...rest,
        });
  },
});
