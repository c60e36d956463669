/** Cause: one side speaks HTTP and the other HTTPS. */
import { defineRule } from '../../define.ts';
import { advice, skipResolving } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';

export default defineRule({
  code: 'IS3114',
  name: 'RegistryPlainHttp',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry speaks HTTP where the node expects HTTPS, or the reverse',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-plain-http',
    'server gave HTTP response to HTTPS client',
    'first record does not look like a TLS handshake',
    'Client sent an HTTP request to an HTTPS server',
    'insecure-registries',
  ],
  needs: { pull: imagePull },
  messages: {
    http: 'Registry {host} speaks HTTP, and the container runtime of node {node} expects HTTPS',
    knative: 'Registry {host} speaks HTTP, and the Knative controller asks in HTTPS',
    https: 'Registry {host} speaks HTTPS, and the container runtime of node {node} is set up to ask in HTTP',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['http-on-https', 'tls'], (failure, known) => {
      const { host, cite, detail, mechanism } = failure;
      if (known.puller === 'knative' && mechanism !== 'tls')
        return context.found({
          message: 'knative',
          args: { host },
          subject: registryRef(host),
          certainty: 'confirmed',
          basis: 'the Knative controller names the protocols',
          consequence:
            'Knative looks tags up in HTTPS, but for hosts on the machine itself or with a private address. What the nodes are told about the registry does not count.',
          cite: [cite[0], ...cite.slice(1)],
          trace: [{ text: `the Knative controller asks the registry: ${detail}`, cite: [cite[0]] }],
          fixes: [...skipResolving(host, known.target)],
        });
      const asksInHttp = /HTTP request to an HTTPS server/.test(detail);
      if (mechanism === 'tls' && !asksInHttp) return context.ruledOut('both sides speak TLS', cite[0]);
      const node = known.node?.name ?? 'of the pod';
      const text = asksInHttp
        ? `Take the http:// of ${host} out of the registry configuration of the nodes (/etc/containerd/certs.d/${host}/hosts.toml, registries.conf: insecure).`
        : `Give the registry a certificate. Or, in a network that you trust, allow HTTP on every node: containerd /etc/containerd/certs.d/${host}/hosts.toml with server = "http://${host}" and [host."http://${host}"]; CRI-O registries.conf with insecure = true for location "${host}".`;
      return context.found({
        message: asksInHttp ? 'https' : 'http',
        args: { host, node },
        subject: registryRef(host),
        certainty: 'confirmed',
        basis: 'the container runtime names the protocols',
        consequence: 'No node with this configuration can pull from the registry.',
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the container runtime asks the registry: ${detail}`, cite: [cite[0]] }],
        fixes: [
          advice(
            `Let ${host} and the nodes speak the same protocol`,
            'Nothing that runs changes; the container runtime may need a restart.',
            [text],
            known.target,
          ),
        ],
      });
    });
  },
});
