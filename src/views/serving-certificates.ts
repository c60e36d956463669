/**
 * The Secrets with which an Ingress, the listeners of a Gateway or an Istio Gateway serve TLS for an object: who names them, whether they are there, and
 * for which hosts. What is wrong with what they hold is told by `parse/tls-secret.ts`.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { httpRoutes, type HttpRoutes } from './gateway-http-routes.ts';
import { istioGateways, type IstioGateway, type IstioGateways } from './istio-gateways.ts';
import { isClusterHost, servingPatterns } from './parse/host-patterns.ts';
import { secretPem } from './parse/pem-of.ts';
import { TLS_KEYS, type TlsKeys } from './parse/tls-secret.ts';

export interface ServingCertificate {
  readonly server: 'ingress' | 'gateway' | 'istio';
  /** `Ingress web`, `listener https of Gateway infra/edge`. */
  readonly words: string;
  /** Where the Secret is named. */
  readonly named: Citation;
  readonly secret: ResourceRef;
  readonly found: Lookup<KubeObject>;
  readonly keys: TlsKeys;
  /** Hosts that clients call over it; empty where that is not known. */
  readonly hosts: readonly string[];
  readonly affects: readonly ResourceRef[];
}

export interface ServingCertificates {
  readonly certificates: readonly ServingCertificate[];
  /** Why there might be more. */
  readonly gaps: readonly EvidenceGap[];
}

export const servingCertificates = defineView<ServingCertificates>({
  id: 'serving-certificates',
  needs: [
    { type: 'object', kind: 'Ingress' },
    { type: 'object', kind: 'Secret' },
  ],
  uses: [httpRoutes, istioGateways],
  derive(context, subject) {
    if (subject.kind === 'Ingress') {
      const found = context.object(subject);
      return found.state === 'present' ? { certificates: ofIngress(context, found.value), gaps: [] } : none(found);
    }
    const routed = context.use(httpRoutes, subject);
    const ofRoutes =
      routed.state === 'present' ? { certificates: ofListeners(context, routed.value), gaps: [] } : none(routed);
    // Only these two kinds have routes at Gateways of Istio’s own.
    if (subject.kind !== 'InferenceService' && subject.kind !== 'Route') return ofRoutes;
    const istio = context.use(istioGateways, subject);
    const ofIstio =
      istio.state === 'present' ? { certificates: ofServers(context, istio.value, subject), gaps: [] } : none(istio);
    return {
      certificates: [...ofRoutes.certificates, ...ofIstio.certificates],
      gaps: [...ofRoutes.gaps, ...ofIstio.gaps],
    };
  },
});

function none(found: Lookup<unknown>): ServingCertificates {
  return { certificates: [], gaps: found.state === 'unknown' ? [found.gap] : [] };
}

/** Controllers that take certificates from elsewhere and do not look at the Secret: AWS has them in ACM. */
const WITHOUT_SECRETS = /^(?:alb|service\.k8s\.aws\/)/;

function ofIngress(context: ViewContext, ingress: KubeObject): readonly ServingCertificate[] {
  const { body, ref } = ingress;
  const className =
    textAt(body, 'spec', 'ingressClassName') ??
    textAt(body, 'metadata', 'annotations', 'kubernetes.io/ingress.class') ??
    '';
  if (WITHOUT_SECRETS.test(className)) return [];
  const ruled = listAt(body, 'spec', 'rules').flatMap((rule) => textAt(rule, 'host') ?? []);
  const entries = listAt(body, 'spec', 'tls');
  return entries.flatMap((entry, index): readonly ServingCertificate[] => {
    const name = textAt(entry, 'secretName');
    if (name === undefined || name === '') return [];
    const own = listAt(entry, 'hosts').filter((host) => typeof host === 'string');
    const secret = secretRef(name, ref.namespace);
    return [
      {
        server: 'ingress',
        words: `Ingress ${ref.name}`,
        named: ingress.cite(`TLS Secret ${name}`, `/spec/tls/${index}`),
        secret,
        found: context.object(secret),
        keys: TLS_KEYS,
        // Where the entry names none, it is for those of the rules; with several entries it is not said which.
        hosts: own.length > 0 ? own : entries.length === 1 ? ruled : [],
        affects: [ref],
      },
    ];
  });
}

function secretRef(name: string, namespace: string | undefined): ResourceRef {
  return { apiVersion: 'v1', kind: 'Secret', name, ...(namespace === undefined ? {} : { namespace }) };
}

function ofListeners(context: ViewContext, http: HttpRoutes): readonly ServingCertificate[] {
  const found = new Map<string, ServingCertificate & { readonly hosts: string[] }>();
  for (const route of http.routes) {
    for (const { gateway, section } of route.parents) {
      if (gateway.state !== 'present') continue;
      const { ref } = gateway.value.gateway;
      const listeners = gateway.value.listeners.filter(
        (listener) => listener.protocol === 'HTTPS' && (section === undefined || listener.name === section),
      );
      const patterns = listeners.map(({ hostname }) => hostname);
      for (const host of route.hostnames) {
        const serving = servingPatterns(host, patterns);
        for (const listener of serving.flatMap((index) => listeners[index] ?? [])) {
          for (const secret of listener.certificates) {
            const id = `${ref.namespace ?? ''}/${ref.name}/${listener.name}/${secret.namespace ?? ''}/${secret.name}`;
            const entry = found.get(id) ?? {
              server: 'gateway',
              words: `listener ${listener.name} of Gateway ${ref.namespace ?? ''}/${ref.name}`,
              named: gateway.value.gateway.cite(`certificate of listener ${listener.name}`, `${listener.pointer}/tls`),
              secret,
              found: context.object(secret),
              keys: TLS_KEYS,
              hosts: [],
              affects: http.affects,
            };
            found.set(id, entry);
            // Of several certificates the proxy takes the one that is for the host.
            if (listener.certificates.length === 1 && serving.length === 1 && !isClusterHost(host))
              entry.hosts.push(host);
          }
        }
      }
    }
  }
  return [...found.values()];
}

function ofServers(
  context: ViewContext,
  { gateways, virtualService }: IstioGateways,
  subject: ResourceRef,
): readonly ServingCertificate[] {
  const hosts = listAt(virtualService?.body, 'spec', 'hosts').flatMap((host) =>
    typeof host === 'string' && !isClusterHost(host) ? [host] : [],
  );
  return gateways.flatMap((gateway): readonly ServingCertificate[] => {
    if (gateway.found.state !== 'present') return [];
    const { value } = gateway.found;
    const namespace = proxyNamespace(gateway);
    if (namespace === undefined) return [];
    const servers = listAt(value.body, 'spec', 'servers').flatMap((server, index) => {
      const credential = textAt(server, 'tls', 'credentialName');
      // `namespace/host` limits who may bind to it.
      const served = listAt(server, 'hosts').flatMap((host) =>
        typeof host === 'string' ? [host.replace(/^[^/]*\//, '')] : [],
      );
      return credential === undefined ? [] : [{ credential, served, index }];
    });
    return servers.map(({ credential, served, index }) => {
      const secret = secretRef(credential, namespace);
      const found = context.object(secret);
      return {
        server: 'istio',
        words: `Istio Gateway ${value.ref.namespace ?? ''}/${value.ref.name}`,
        named: value.cite(`credentialName ${credential}`, `/spec/servers/${index}/tls/credentialName`),
        secret,
        found,
        keys: found.state === 'present' ? istioKeys(found.value) : TLS_KEYS,
        hosts: servers.length === 1 ? hosts.filter((host) => servingPatterns(host, served).length > 0) : [],
        affects: [subject],
      };
    });
  });
}

/** Istio looks for the Secret where the proxy runs, not where the Gateway is written (Istio: Gateway, ServerTLSSettings.credentialName). */
function proxyNamespace({ selected }: IstioGateway): string | undefined {
  const namespaces = new Set(selected.map(({ ref }) => ref.namespace));
  return namespaces.size === 1 ? [...namespaces][0] : undefined;
}

/** `cert` and `key` are taken as well (istio pilot/pkg/credentials/kube/secrets.go). */
function istioKeys(secret: KubeObject): TlsKeys {
  return secretPem(secret.body, 'cert').state === 'absent' ? TLS_KEYS : { certificate: 'cert', key: 'key' };
}
