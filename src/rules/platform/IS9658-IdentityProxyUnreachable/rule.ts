/** Cause: the pod of a model does not reach the identity proxy of Azure ML, which runs; so it gets no token to fetch its model with. */
import { fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Fix } from '../../../model/finding.ts';
import { identityProxyPath } from '../../../views/azureml/identity-proxy-path.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9658',
  name: 'IdentityProxyUnreachable',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The pod does not reach the identity proxy of Azure ML',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'identity-proxy-unreachable',
    'amlarc-identity-proxy-service',
    'STORAGE_CREDENTIAL_ENDPOINT',
    'BadArgument',
    'ACRSecretError',
    'TokenRefreshFailed',
    'network-policy-blocks',
  ],
  needs: { path: identityProxyPath },
  messages: {
    service: 'Service {service}, which container {container} asks for tokens, does not exist in namespace {namespace}',
    endpoints:
      'Service {service} of the identity proxy has no ready pod behind it (pods that match its selector: {pods})',
    policyIn:
      'NetworkPolicy {policy} of namespace {namespace} keeps pods of namespace {from} out of the identity proxy',
    policyOut:
      'NetworkPolicy {policy} of namespace {namespace} does not let container {container} out to the identity proxy',
    dnsDown: 'Container {container} cannot resolve {host}, and no DNS pod of the cluster is Ready',
    dns: 'Container {container} cannot resolve {host}, although its Service exists',
    unreached: 'Container {container} does not reach {host} of the identity proxy, whose pods are ready: {how}',
    refused: 'The identity proxy answers container {container} with HTTP {status}',
  },
  check({ path }, context) {
    if (path === undefined) return context.notApplicable('no log tells that the identity proxy was not reached');
    const { failure, service, endpoints, component, blockedBy, policiesUnread, dnsDown } = path;
    const { run, hit, host, how, status } = failure;
    const container = run.container.name;
    if (component.state === 'present' && component.value.down)
      return context.ruledOut('the identity proxy does not run: that is its own trouble', ...component.value.cites);
    const namespace = service.namespace ?? 'azureml';
    const common = {
      container,
      certainty: 'confirmed' as const,
      basis: 'the log names the proxy and how the call failed',
      consequence: 'Without a token the model is not fetched from its storage account, and the server does not start.',
      trace: [
        { text: `container ${container} asks ${host} for a token and fails`, cite: [hit.cite] },
        ...(run.container.exit === undefined
          ? []
          : [{ text: `it ends with exit code ${run.container.exit.exitCode}`, cite: [run.container.exit.cite] }]),
      ],
      effects: run.effects,
      affects: run.affects,
    };
    const look = (title: string, text: string): Fix =>
      fix({
        title,
        applicability: 'advice',
        effect: 'Takes effect at once; the container tries again by itself.',
        steps: [kubectl({ namespace }, ['get', 'service,endpointslices,pods', '-o', 'wide'], false), manual(text)],
        verify: verifyWithInferscope(context.on),
      });
    if (status !== undefined && how === 'status')
      return context.found({
        message: 'refused',
        args: { container, status },
        ...common,
        subject: component.state === 'present' ? component.value.workload.ref : service,
        certainty: 'likely',
        basis: 'the log names the proxy beside this status',
        cite: [hit.cite],
        fixes: [
          look(
            'Read the log of the identity proxy',
            'The proxy answers for Azure: a refusal means that the identity of the endpoint may not read the storage account, or that no identity is set.',
          ),
        ],
      });
    if (dnsDown !== undefined)
      return context.found({
        message: 'dnsDown',
        args: { container, host },
        ...common,
        subject: { apiVersion: 'v1', kind: 'Service', namespace: 'kube-system', name: 'kube-dns' },
        cite: [hit.cite, dnsDown],
        fixes: [
          look(
            'Bring the DNS of the cluster back',
            'Find out why no pod with the label k8s-app=kube-dns in namespace kube-system is Ready.',
          ),
        ],
      });
    if (blockedBy !== undefined) {
      const { policy, direction, cite } = blockedBy;
      const policyNamespace = policy.ref.namespace ?? '';
      const rest = {
        ...common,
        subject: policy.ref,
        basis: 'the call fails as a blocked one does, and no policy that governs it admits it',
        cite: [cite, hit.cite] as const,
        fixes: [
          look(
            `Let NetworkPolicy ${policy.ref.name} pass what the identity proxy needs`,
            direction === 'ingress'
              ? `Add an ingress rule from namespace ${context.on.namespace ?? 'default'} to port 9999 of the identity proxy.`
              : 'Add an egress rule to namespace azureml, port 9999, and one to the DNS of the cluster.',
          ),
        ],
      };
      return direction === 'ingress'
        ? context.found({
            message: 'policyIn',
            args: { policy: policy.ref.name, namespace: policyNamespace, from: context.on.namespace ?? 'default' },
            ...rest,
          })
        : context.found({
            message: 'policyOut',
            args: { policy: policy.ref.name, namespace: policyNamespace, container },
            ...rest,
          });
    }
    if (component.state === 'unknown') {
      const unread = policiesUnread?.state === 'unknown' ? [policiesUnread.gap] : [];
      return how === 'timeout' && unread[0] !== undefined
        ? context.unknown(unread[0])
        : context.unknown(component.gap, ...unread);
    }
    if (endpoints.state === 'absent')
      return context.found({
        message: 'service',
        args: { container, service: service.name, namespace },
        ...common,
        subject: service,
        cite: [hit.cite, endpoints.cite],
        fixes: [
          look(
            'Have the extension installed again',
            'The Service belongs to the extension; update the extension, which makes it anew.',
          ),
        ],
      });
    if (endpoints.state === 'unknown') return context.unknown(endpoints.gap);
    const { readyPods, podsSeen, selected, service: object } = endpoints.value;
    if (podsSeen.state === 'unknown' && readyPods === 0) return context.unknown(podsSeen.gap);
    const selector: Citation = object.cite(`selector of Service ${service.name}`, '/spec/selector');
    if (readyPods === 0 && Object.keys(endpoints.value.selector).length > 0)
      return context.found({
        message: 'endpoints',
        args: { service: service.name, pods: selected.length },
        ...common,
        subject: service,
        basis: 'all pods of its namespace were read, and none that it selects is Ready',
        cite: [hit.cite, selector],
        fixes: [
          look(
            'Let the Service select the pods of the identity proxy',
            'Compare the selector of the Service with the labels of the pods of Deployment amlarc-identity-proxy; an update of the extension writes both anew.',
          ),
        ],
      });
    if (how === 'name')
      return context.found({
        message: 'dns',
        args: { container, host },
        ...common,
        subject: service,
        cite: [hit.cite, selector],
        fixes: [
          look(
            'Look at the DNS of the cluster as the pod sees it',
            'A default-deny egress policy also cuts the way to port 53; dnsPolicy and the resolvers of the node count, too.',
          ),
        ],
      });
    return context.found({
      message: 'unreached',
      args: { container, host, how: WORDS[how] ?? 'the call fails' },
      ...common,
      subject: service,
      certainty: 'likely',
      basis: 'the log names the proxy and the failure; what stands between was not seen',
      cite: [hit.cite, selector],
      fixes: [
        look(
          'Look at what stands between the pod and namespace azureml',
          'NetworkPolicies, the mesh, and the network of the nodes.',
        ),
      ],
      wants: policiesUnread?.state === 'unknown' ? [policiesUnread.gap] : [],
    });
  },
});

const WORDS: Readonly<Record<string, string>> = {
  refused: 'the connection is refused',
  timeout: 'no answer comes in time',
  reset: 'the connection is broken off',
  tls: 'the certificate is not trusted',
  status: 'an error is answered',
};
