/** Cause: the node does not accept the TLS certificate that the registry shows. */
import { defineRule } from '../../define.ts';
import { advice, skipResolving } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { KNATIVE_NAMESPACE } from '../../../views/knative-config.ts';
import { quoted } from '../../../views/parse/quoted.ts';

export default defineRule({
  code: 'IS3113',
  name: 'RegistryCertificateUntrusted',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The node does not accept the certificate of the registry',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-certificate-untrusted',
    'registry-unknown-authority',
    'x509: certificate signed by unknown authority',
    'x509: certificate has expired or is not yet valid',
    "doesn't contain any IP SANs",
    'tls: failed to verify certificate',
  ],
  needs: { pull: imagePull },
  messages: {
    authority: 'Registry {host} has a certificate of an authority that node {node} does not trust',
    expired: 'Registry {host} has a certificate that is not valid at the time of node {node}',
    name: 'Registry {host} has a certificate for another name',
    authorityKnative: 'Registry {host} has a certificate of an authority that the Knative controller does not trust',
    expiredKnative: 'Registry {host} has a certificate that is not valid at the time of the Knative controller',
    handshakeKnative: 'Registry {host} and the Knative controller do not agree on a TLS connection: {detail}',
    handshake: 'Registry {host} and node {node} do not agree on a TLS connection: {detail}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['tls'], (failure, known) => {
      const { cite, detail, error, phase } = failure;
      // Layers come from another host than the manifest.
      const host = phase === 'layer' ? (error.host ?? failure.host) : failure.host;
      if (/HTTP request to an HTTPS server/.test(detail))
        return context.ruledOut('the registry speaks HTTPS and is asked in HTTP', cite[0]);
      const knative = known.puller === 'knative';
      const node = known.node?.name ?? 'of the pod';
      const rest = {
        subject: registryRef(failure.host),
        certainty: 'confirmed',
        basis: `${knative ? 'the Knative controller' : 'the container runtime'} says why it does not accept the certificate`,
        consequence: knative
          ? 'Knative can resolve no tag of this registry, so it makes no Deployment. Trust on the nodes does not count here: the controller asks from its own pod.'
          : 'No node with the same trust store can pull from this registry. Trust inside pods (ConfigMaps, images) does not count: the node pulls.',
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the TLS handshake fails: ${detail}`, cite: [cite[0]] }],
      } as const;
      const anyNode = 'Nothing that runs changes; the container runtime may need a restart.';
      switch (error.tls) {
        case 'unknown-authority': {
          const trust = [
            `With containerd: write the CA certificate to /etc/containerd/certs.d/${host}/ca.crt and /etc/containerd/certs.d/${host}/hosts.toml with server = "https://${host}" and ca = "/etc/containerd/certs.d/${host}/ca.crt". CRI-O and podman: /etc/containers/certs.d/${host}/ca.crt. Do it on every node, by the node image or a DaemonSet.`,
          ];
          if (knative)
            return context.found({
              message: 'authorityKnative',
              args: { host },
              ...rest,
              fixes: [
                advice(
                  `Let the Knative controller trust the authority of ${host}`,
                  'The controller restarts; what serves goes on.',
                  [
                    `Mount the CA certificate into Deployment controller in ${KNATIVE_NAMESPACE} (Secret as volume) and set SSL_CERT_DIR to the directory of the mount; Go programs read all certificates of that directory.`,
                  ],
                  known.target,
                ),
                ...skipResolving(host, known.target),
              ],
            });
          return context.found({
            message: 'authority',
            args: { host, node },
            ...rest,
            fixes: [advice(`Let every node trust the authority of ${host}`, anyNode, trust, known.target)],
          });
        }
        case 'expired': {
          const renew = [
            `Renew the certificate of ${host}. Where the message says that it is not valid yet, or its dates are right: correct the clock of ${knative ? 'the node of the Knative controller' : `node ${node}`} (timedatectl).`,
          ];
          if (knative)
            return context.found({
              message: 'expiredKnative',
              args: { host },
              ...rest,
              fixes: [advice(`Renew the certificate of ${host}`, 'The next try succeeds.', renew, known.target)],
            });
          return context.found({
            message: 'expired',
            args: { host, node },
            ...rest,
            fixes: [
              advice(`Renew the certificate of ${host}`, 'The kubelet tries again by itself.', renew, known.target),
            ],
          });
        }
        case 'wrong-name':
        case 'no-ip-san': {
          const rename = [
            `Name the registry in the image as its certificate does, or issue the certificate with ${host} among its subject alternative names.`,
          ];
          return context.found({
            message: 'name',
            args: { host },
            ...rest,
            fixes: [
              advice(
                `Make the certificate and the name ${host} agree`,
                'The kubelet tries again by itself.',
                rename,
                known.target,
              ),
            ],
          });
        }
        default: {
          const look = [
            `${knative ? 'In a pod of the cluster' : `On node ${node}`}, run openssl s_client -connect ${host.includes(':') ? host : `${host}:443`} -servername ${host.replace(/:\d+$/, '')} and compare protocol, ciphers and the client certificate that the registry asks for.`,
          ];
          if (knative)
            return context.found({
              message: 'handshakeKnative',
              args: { host, detail: quoted(detail, 60) },
              ...rest,
              fixes: [
                advice(`Look at the handshake with ${host}`, 'Changes nothing.', look, known.target),
                ...skipResolving(host, known.target),
              ],
            });
          return context.found({
            message: 'handshake',
            args: { host, node, detail: quoted(detail, 60) },
            ...rest,
            fixes: [advice(`Look at the handshake with ${host}`, 'Changes nothing.', look, known.target)],
          });
        }
      }
    });
  },
});
