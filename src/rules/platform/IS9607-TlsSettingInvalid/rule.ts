/** Check of preflight: what the Azure ML extension is to serve HTTPS with, files or a Secret, does not serve. Missing settings are IS9604's. */
import type { Verdict } from '../../../model/finding.ts';
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { createTlsSecret, mendFiles, mendSecret } from '../../../fixes/certificates.ts';
import { AZUREML_TLS_KEYS, azuremlTls, type AzuremlTls } from '../../../views/azureml/azureml-tls.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import type { CertificateFault } from '../../../views/parse/certificate-fault.ts';
import { certificateFaults } from '../../../views/parse/certificate-faults.ts';
import { faultPlaces, faultPointers, tlsSecretFaults } from '../../../views/parse/tls-secret.ts';
import { defineRule, type RuleContext } from '../../define.ts';

const MESSAGES = {
  badName: 'sslCname is “{value}”, which is no fully qualified domain name',
  secretMissing: 'Secret {secret}, which sslSecret names, does not exist',
  secretNear: 'Secret {secret}, which sslSecret names, does not exist; the namespace has {near}',
  secret: 'Secret {secret}, which sslSecret names, cannot serve HTTPS: {fault}',
  files: 'The certificate and key files cannot serve HTTPS: {fault}',
} as const;

type Context = RuleContext<typeof MESSAGES>;

export default defineRule({
  code: 'IS9607',
  name: 'TlsSettingInvalid',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The certificate that is given to the Azure ML extension does not serve',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'TLS settings',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E40007',
  },
  aliases: [
    'E40007',
    'INVALID_SSL_SETTING',
    'AzureML TLS',
    'sslSecret',
    'sslCname',
    'sslCertPemFile',
    'sslKeyPemFile',
    'key and certificate do not match',
    'cert.pem',
    'key.pem',
  ],
  needs: { tls: azuremlTls, plan: extensionPlan },
  messages: MESSAGES,
  check({ tls, plan }, context) {
    if (tls === undefined || plan === undefined) return context.notApplicable('nothing is going to be changed');
    const { intent, certificate, key, secret, cname } = tls;
    // An update that leaves the setting out keeps the router that runs.
    if (plan.inferenceGap !== undefined) return context.unknown(plan.inferenceGap);
    if (!plan.inference) return context.notApplicable('enableInference is not on');
    if (intent.isOn('allowInsecureConnections'))
      return context.notApplicable('allowInsecureConnections=true: inference is served over HTTP');
    // What is missing or misspelt among the settings is told by the check of the settings themselves, IS9604.
    const hasFiles = certificate.isGiven && key.isGiven;
    if (!hasFiles && (certificate.isGiven || key.isGiven || secret === undefined))
      return context.notApplicable('the settings name no certificate with its key that could be looked into');
    // By what is no name no certificate is judged.
    const host = cname !== undefined && isDomainName(cname) ? cname : undefined;
    const source = hasFiles ? ofFiles(tls, host, context) : ofSecret(tls, host, context);
    return cname === undefined ? source : context.all([source, ofName(tls, cname, context)]);
  },
});

const CONSEQUENCE =
  'The installation ends with E40007 INVALID_SSL_SETTING, or the inference router starts and clients refuse its certificate.';

function ofName({ intent }: AzuremlTls, cname: string, context: Context): Verdict {
  if (isDomainName(cname))
    return context.ruledOut(`sslCname is a domain name, ${cname}`, intent.citeSetting('sslCname'));
  return context.found({
    message: 'badName',
    args: { value: cname.slice(0, 100) },
    subject: context.on,
    certainty: 'confirmed',
    basis: 'it is not made of labels of letters, digits and hyphens, joined by dots',
    consequence: CONSEQUENCE,
    cite: [intent.citeSetting('sslCname')],
    fixes: [
      changeSettings(
        intent,
        'Give the name that clients will use',
        { sslCname: '<HOST>' },
        'The router answers HTTPS under that name, which DNS has to lead to it.',
      ),
    ],
  });
}

function isDomainName(text: string): boolean {
  return text.length <= 253 && /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i.test(text);
}

/** Files win over sslSecret (azure-cli-extensions AzureMLKubernetes.py). */
function ofFiles({ intent, certificate, key }: AzuremlTls, host: string | undefined, context: Context): Verdict {
  if (certificate.facts === undefined || key.facts === undefined)
    return context.unknown({
      id: 'gap:preflight/tls-files',
      wanted: 'what the certificate and key files hold',
      reason: 'not-requested',
      detail: 'only their names were given',
      unlock: 'inferscope preflight --config-protected sslCertPemFile=<FILE> --config-protected sslKeyPemFile=<FILE>',
    });
  const faults = certificateFaults({
    certificate: certificate.facts,
    key: key.facts,
    host,
    // Files are of today, whenever the capture was taken.
    now: intent.filesReadAt ?? context.now,
  });
  const [first, ...more] = faults;
  if (first?.weight !== 'fatal')
    return context.ruledOut(wellWords(faults, host), intent.cite('certificate and key', '/spec/files'));
  const [place, ...places] = faultPlaces(first, '/spec/files/sslCertPemFile', '/spec/files/sslKeyPemFile');
  const label = 'what the files hold';
  return context.found({
    message: 'files',
    args: { fault: first.text },
    subject: context.on,
    certainty: 'confirmed',
    consequence: CONSEQUENCE,
    basis: 'the files themselves were read',
    cite: [intent.cite(label, place), ...places.map((other) => intent.cite(label, other))],
    trace: alsoSteps(more),
    fixes: [mendFiles(first, verifyWithPreflight(intent))],
  });
}

function ofSecret({ intent, secret }: AzuremlTls, host: string | undefined, context: Context): Verdict {
  if (secret === undefined) return context.notApplicable('sslSecret is not given');
  const { ref, found, near, setting } = secret;
  if (found.state === 'unknown') return context.unknown(found.gap);
  const name = `${EXTENSION_NAMESPACE}/${ref.name}`;
  const verify = verifyWithPreflight(intent);
  const common = { subject: ref, certainty: 'confirmed', consequence: CONSEQUENCE } as const;
  if (found.state === 'absent') {
    const missing = {
      ...common,
      basis: 'the namespace of the extension was asked for that Secret and does not have it',
      cite: [intent.citeSetting(setting), found.cite],
    } as const;
    const [other] = near;
    const create = createTlsSecret(ref, AZUREML_TLS_KEYS, verify);
    if (other === undefined)
      return context.found({ message: 'secretMissing', args: { secret: name }, ...missing, fixes: [create] });
    const rename = changeSettings(
      intent,
      `Name Secret ${other}`,
      { [setting]: other },
      'Endpoints are served over HTTPS with its certificate.',
    );
    return context.found({
      message: 'secretNear',
      args: { secret: name, near: near.join(', ') },
      ...missing,
      fixes: [rename, create],
    });
  }
  const faults = tlsSecretFaults(found.value.body, AZUREML_TLS_KEYS, host === undefined ? [] : [host], context.now);
  if (faults === undefined)
    return context.unknown({
      id: `gap:preflight/tls-secret/${ref.name}`,
      wanted: `what Secret ${name} holds`,
      reason: 'not-requested',
      detail: 'the capture keeps its keys without what is public of its certificate',
    });
  const [first, ...more] = faults;
  if (first?.weight !== 'fatal')
    return context.ruledOut(wellWords(faults, host), found.value.cite(`keys of Secret ${ref.name}`));
  const { value } = found;
  const [place, ...places] = faultPointers(first, AZUREML_TLS_KEYS);
  const label = `what is public of Secret ${ref.name}`;
  return context.found({
    message: 'secret',
    args: { secret: name, fault: first.text },
    ...common,
    basis: 'what is public of its certificate and key was read',
    cite: [value.cite(label, place), ...places.map((other) => value.cite(label, other)), intent.citeSetting(setting)],
    trace: alsoSteps(more),
    fixes: [mendSecret(first, ref, AZUREML_TLS_KEYS, verify)],
  });
}

function alsoSteps(faults: readonly CertificateFault[]): readonly { readonly text: string }[] {
  return faults.filter(({ weight }) => weight !== 'note').map(({ text }) => ({ text: `besides, ${text}` }));
}

/** What only some clients stumble over is said, and does not stop the installation. */
function wellWords(faults: readonly CertificateFault[], host: string | undefined): string {
  const well = `certificate and key belong together${host === undefined ? '' : ` and are for ${host}`}`;
  return [well, ...faults.map(({ text }) => text)].join('; ');
}
