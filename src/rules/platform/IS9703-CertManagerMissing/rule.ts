/** Check: nobody makes the certificate of KServe's webhooks. */
import { kubectl } from '../../../fixes/build.ts';
import { startAgain } from '../../../fixes/gateway.ts';
import { adviseCluster } from '../../../fixes/platform.ts';
import { definitionRef } from '../../../views/installed-versions.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { kserveCertificate } from '../../../views/serving-platform/kserve-certificate.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9703',
  name: 'CertManagerMissing',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: "Nobody makes the certificate of KServe's webhooks",
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: { profile: 'kserve', title: "certificate of KServe's webhooks", weight: 'blocking' },
  aliases: [
    'cert-manager-missing',
    'no matches for kind "Certificate" in version "cert-manager.io/v1"',
    'no matches for kind "Issuer" in version "cert-manager.io/v1"',
    'MountVolume.SetUp failed for volume "cert" : secret "kserve-webhook-server-cert" not found',
  ],
  needs: { certificate: kserveCertificate },
  messages: {
    missing: 'Secret {secret} does not exist, and cert-manager, which makes it, is not installed',
    down: 'Secret {secret} does not exist, and {manager}, which makes it, has 0 of {desired} replicas ready',
    unready: 'Secret {secret} does not exist, since Certificate {certificate} is not Ready ({reason}): {words}',
    expired: 'Certificate {certificate}, which the webhooks of KServe show, is not Ready ({reason}): {words}',
  },
  check({ certificate: { secret, found, certificate, definition, manager, signed } }, context) {
    const name = `${secret.namespace ?? ''}/${secret.name}`;
    const ready = certificate?.ready;
    const consequence =
      "The pod of KServe's controller waits for the Secret and does not start, and the API server calls no webhook of it.";
    const common = { affects: [context.on], certainty: 'confirmed', consequence } as const;
    if (certificate !== undefined && ready?.status === 'False') {
      const rest = {
        ...common,
        subject: certificate.object.ref,
        basis: 'its condition Ready says so',
        fixes: [
          adviseCluster({
            profile: 'kserve',
            title: `Mend Certificate ${certificate.object.ref.name}`,
            effect: 'cert-manager tries again by itself.',
            look: [kubectl(certificate.object.ref, ['get', 'certificates,certificaterequests,issuers'], false)],
            what: 'The newest CertificateRequest tells why it was not issued; its Issuer has to be Ready.',
          }),
        ],
      };
      const label = `${certificate.object.ref.namespace ?? ''}/${certificate.object.ref.name}`;
      const args = { certificate: label, reason: ready.reason, words: quoted(ready.message, BRIEF) };
      const cite = certificate.object.cite('condition Ready', ready.pointer);
      if (found.state === 'absent')
        return context.found({
          message: 'unready',
          args: { ...args, secret: name },
          ...rest,
          cite: [cite, found.cite],
        });
      // While a Secret of before is there, a certificate that is being renewed still serves.
      if (/expired/i.test(`${ready.reason} ${ready.message}`))
        return context.found({ message: 'expired', args, ...rest, cite: [cite] });
    }
    if (found.state === 'present') return context.ruledOut(`Secret ${name} holds it`, found.cite);
    if (found.state === 'unknown' && signed !== undefined)
      return context.ruledOut('the webhooks carry the authority of a certificate, so somebody made it', signed);
    if (found.state === 'unknown') return context.unknown(found.gap);
    if (definition.state === 'unknown') return context.unknown(definition.gap);
    if (definition.state === 'absent')
      return context.found({
        message: 'missing',
        args: { secret: name },
        ...common,
        subject: definitionRef('certificates.cert-manager.io'),
        basis: 'neither the Secret nor the kinds of cert-manager are there',
        cite: [definition.cite, found.cite],
        fixes: [
          adviseCluster({
            profile: 'kserve',
            title: 'Install cert-manager before KServe',
            effect: 'It makes the Secret and writes its authority into the webhooks as soon as both are applied.',
            what: 'Install cert-manager (1.15 or later for KServe 0.14 and later), then apply the manifests of KServe again. Without it, run the script of the KServe release that makes a certificate of its own.',
          }),
        ],
      });
    if (manager.state === 'present' && manager.value.down) {
      const { workload, desired, cites } = manager.value;
      return context.found({
        message: 'down',
        args: { secret: name, manager: `Deployment ${workload.ref.namespace ?? ''}/${workload.ref.name}`, desired },
        ...common,
        subject: workload.ref,
        basis: 'its Deployment has no ready pod, and the Secret is not there',
        cite: [...cites, found.cite],
        fixes: [startAgain(workload)],
      });
    }
    return context.ruledOut('cert-manager is installed, and makes it when KServe is applied', definition.cite);
  },
});
