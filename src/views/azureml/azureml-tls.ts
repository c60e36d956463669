/**
 * What the Azure ML extension is to serve TLS with: files, or a Secret of its namespace. It reads the intent and the Secret, and judges neither.
 * Settings: azure-ai-docs `how-to-deploy-kubernetes-extension.md`, `how-to-secure-kubernetes-online-endpoint.md`.
 */
import type { Lookup } from '../../model/evidence.ts';
import type { PemFacts } from '../../model/pem.ts';
import { PREFLIGHT } from '../../model/preflight.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { nearestNames } from '../parse/nearest-name.ts';
import { pemOf } from '../parse/pem-of.ts';
import type { TlsKeys } from '../parse/tls-secret.ts';
import { preflightIntent, type PreflightIntent } from '../preflight-intent.ts';

export const AZUREML_TLS_KEYS: TlsKeys = { certificate: 'cert.pem', key: 'key.pem' };

export interface TlsFile {
  readonly isGiven: boolean;
  /** Undefined where it was not read. */
  readonly facts: PemFacts | undefined;
}

export interface AzuremlTls {
  readonly intent: PreflightIntent;
  readonly cname: string | undefined;
  readonly certificate: TlsFile;
  readonly key: TlsFile;
  readonly secret:
    | {
        /** The one that names it. */
        readonly setting: string;
        readonly ref: ResourceRef;
        readonly found: Lookup<KubeObject>;
        /** Secrets of the namespace with a like name. */
        readonly near: readonly string[];
      }
    | undefined;
}

/** Templates give the values of the chart, where the Azure CLI gives its own settings. */
const SECRET_SETTINGS = ['sslSecret', 'scoringFe.sslSecret'] as const;

/** Undefined outside preflight. */
export const azuremlTls = defineView<AzuremlTls | undefined>({
  id: 'azureml-tls',
  needs: [{ type: 'object', kind: 'Secret' }],
  uses: [preflightIntent],
  derive(context) {
    const intent = context.use(preflightIntent, PREFLIGHT);
    if (intent === undefined) return undefined;
    const setting = SECRET_SETTINGS.find((name) => (intent.setting(name) ?? '').trim() !== '');
    const cname = intent.setting('sslCname')?.trim();
    return {
      intent,
      cname: cname === '' ? undefined : cname,
      certificate: fileOf(intent, ['sslCertPemFile', 'scoringFe.sslCert']),
      key: fileOf(intent, ['sslKeyPemFile', 'scoringFe.sslKey']),
      secret: setting === undefined ? undefined : secretOf(context, setting, intent.setting(setting)?.trim() ?? ''),
    };
  },
});

function secretOf(context: ViewContext, setting: string, name: string): AzuremlTls['secret'] {
  const ref: ResourceRef = { apiVersion: 'v1', kind: 'Secret', namespace: EXTENSION_NAMESPACE, name };
  const others = context.list('Secret', { namespace: EXTENSION_NAMESPACE }).items.map((other) => other.ref.name);
  return { setting, ref, found: context.object(ref), near: nearestNames(name, others) };
}

function fileOf(intent: PreflightIntent, names: readonly string[]): TlsFile {
  const name = names.find((one) => intent.isGiven(one));
  return { isGiven: name !== undefined, facts: name === undefined ? undefined : pemOf(intent.file(name)) };
}
