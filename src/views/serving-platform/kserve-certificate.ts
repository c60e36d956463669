/** The certificate of KServe's webhooks: the Secret that holds it, who is to make it, and whether cert-manager is there. */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { textAt } from '../../model/json.ts';
import { CLUSTER, defineView, type KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { definitionRef } from '../installed-versions.ts';
import { conditionsOf, type Condition } from '../parse/conditions.ts';
import { platformComponent, useComponent, type PlatformComponent } from '../platform-component.ts';
import { kserveInstallation } from './kserve-installation.ts';
import { kserveWebhooks } from './kserve-webhooks.ts';

export interface KserveCertificate {
  readonly secret: ResourceRef;
  readonly found: Lookup<KubeObject>;
  /** cert-manager's Certificate that names the Secret. */
  readonly certificate?: { readonly object: KubeObject; readonly ready?: Condition };
  /** The CRD of cert-manager's Certificates. */
  readonly definition: Lookup<KubeObject>;
  readonly manager: Lookup<PlatformComponent>;
  /** A webhook that carries a certificate authority: somebody has made one. */
  readonly signed?: Citation;
}

// kserve config/certmanager/certificate.yaml, charts/kserve templates.
const SECRET = 'kserve-webhook-server-cert';
const CERTIFICATES = 'certificates.cert-manager.io';

/** Derive it on `CLUSTER`. */
export const kserveCertificate = defineView<KserveCertificate>({
  id: 'kserve-certificate',
  needs: ['Secret', 'Certificate.cert-manager.io', 'CustomResourceDefinition'].map(
    (kind) => ({ type: 'object', kind }) as const,
  ),
  uses: [kserveInstallation, kserveWebhooks, platformComponent('cert-manager')],
  derive(context) {
    const { namespace } = context.use(kserveInstallation, CLUSTER);
    const secret: ResourceRef = { apiVersion: 'v1', kind: 'Secret', namespace, name: SECRET };
    const certificate = context
      .list('Certificate', { namespace, group: 'cert-manager.io' })
      .items.find(({ body }) => textAt(body, 'spec', 'secretName') === SECRET);
    const ready =
      certificate === undefined ? undefined : conditionsOf(certificate.body).find(({ type }) => type === 'Ready');
    const signed = context.use(kserveWebhooks, CLUSTER).webhooks.find(({ unsigned }) => !unsigned);
    return {
      secret,
      found: context.object(secret),
      definition: context.object(definitionRef(CERTIFICATES)),
      manager: useComponent(context, 'cert-manager'),
      ...(certificate === undefined
        ? {}
        : { certificate: { object: certificate, ...(ready === undefined ? {} : { ready }) } }),
      ...(signed === undefined
        ? {}
        : {
            signed: signed.configuration.cite(
              `the certificate authority of webhook ${signed.name}`,
              `/webhooks/${signed.index}/clientConfig`,
            ),
          }),
    };
  },
});
