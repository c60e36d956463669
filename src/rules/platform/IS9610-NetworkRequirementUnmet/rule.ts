/** Check of preflight: NetworkPolicies cut flows that Azure ML needs, or hosts that it needs were tried and did not answer. */
import type { Verdict } from '../../../model/finding.ts';
import type { ConnectionResult } from '../../../model/preflight.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { command, fix, kubectl, manual } from '../../../fixes/build.ts';
import { flowsText, networkFlows } from '../../../views/azureml/network-flows.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

const HOW: Readonly<Record<Exclude<ConnectionResult['result'], 'connected' | 'untrusted'>, string>> = {
  'not-resolved': 'its name is not resolved',
  refused: 'the connection is refused',
  timeout: 'no answer comes',
  failed: 'the handshake fails',
};

export default defineRule({
  code: 'IS9610',
  name: 'NetworkRequirementUnmet',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The network does not let through what Azure ML needs',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'network requirements',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E45003',
  },
  aliases: [
    'E45003',
    'BAD_NETWORK_CONNECTIVITY',
    'default-deny',
    "Retry for given duration didn't get any results with err {status not populated}",
    'x509: certificate signed by unknown authority',
  ],
  needs: { plan: extensionPlan, network: networkFlows },
  messages: {
    policy:
      'NetworkPolicy {policy} selects all pods of namespace {namespace}, and no policy there lets through: {flows}',
    unreachable: '{host}:{port} is not reached from here: {how}',
    untrusted: 'The certificate at {host}:{port} is of an authority that is not trusted here: {issuer}',
  },
  check({ plan, network }, context) {
    if (plan === undefined) return context.notApplicable('nothing is going to be installed');
    const { intent } = plan;
    const verify = verifyWithPreflight(intent);
    const verdicts: Verdict[] = [];
    // What no policy of several lets through is told only where all of them were read: policies add up.
    for (const { policy, flows } of network.policiesRead.state === 'present' ? network.cut : []) {
      const needed = flows.filter(({ forInference }) => plan.inference || forInference !== true);
      if (needed.length === 0) continue;
      verdicts.push(
        context.found({
          message: 'policy',
          args: { policy: policy.ref.name, namespace: policy.ref.namespace ?? '', flows: flowsText(needed) },
          subject: policy.ref,
          certainty: 'likely',
          basis:
            'all NetworkPolicies of the namespace were compared with the documented flows; whether the network enforces policies is not known',
          consequence:
            'Parts of the extension wait for answers until they give up, and models get no requests or no tokens.',
          cite: [policy.cite(`rules of NetworkPolicy ${policy.ref.name}`, '/spec')],
          fixes: [
            fix({
              title: `Let these flows through in namespace ${policy.ref.namespace ?? ''}`,
              applicability: 'fill-in',
              effect: 'Takes effect at once; no pod is restarted.',
              steps: [
                manual(
                  `Write a NetworkPolicy for all pods of the namespace that lets through: ${flowsText(needed)}. Policies add up, so that ${policy.ref.name} may stay.`,
                ),
                kubectl(policy.ref, ['apply', '-f', '<NETWORKPOLICY>.yaml'], true),
              ],
              undo: [kubectl(policy.ref, ['delete', '-f', '<NETWORKPOLICY>.yaml'], true)],
              verify,
            }),
          ],
        }),
      );
    }
    for (const [index, tried] of intent.connections.entries()) {
      const { host, port, result, detail, purpose } = tried;
      if (result === 'connected') continue;
      const purposeText = purpose === '' ? 'by the extension' : `for: ${purpose}`;
      const common = {
        subject: hostRef(host, port),
        certainty: 'likely',
        basis: 'it was tried from where inferscope runs; pods of the cluster may go another way',
        consequence: `It is needed ${purposeText}.`,
        cite: [intent.cite(`connection to ${host}:${port}`, `/spec/connections/${index}`)],
      } as const;
      const advice = (title: string, what: string): ReturnType<typeof fix> =>
        fix({
          title,
          applicability: 'advice',
          effect: 'Changes nothing by itself.',
          steps: [command(['curl', '-sv', '-o', '/dev/null', `https://${host}:${port}/`], false), manual(what)],
          verify,
        });
      verdicts.push(
        result === 'untrusted'
          ? context.found({
              message: 'untrusted',
              args: { host, port, issuer: quoted(detail) },
              ...common,
              fixes: [
                advice(
                  'Have the certificate of the proxy that opens TLS trusted',
                  'Take these hosts out of its inspection, or give its certificate to the cluster (az connectedk8s update --proxy-cert; AKS: trustedCa of the proxy configuration).',
                ),
              ],
            })
          : context.found({
              message: 'unreachable',
              args: { host, port, how: `${HOW[result]}${detail === '' ? '' : ` (${quoted(detail)})`}` },
              ...common,
              fixes: [
                advice(
                  `Let ${host} through`,
                  'Ask for it in the firewall, the route and the DNS of the network of the nodes; with a private workspace through its private endpoint.',
                ),
              ],
            }),
      );
    }
    const [first, ...more] = verdicts;
    if (first !== undefined) return context.all([first, ...more]);
    const { policiesRead, deploymentsRead, namespaces } = network;
    if (policiesRead.state === 'unknown') return context.unknown(policiesRead.gap);
    // A policy in a namespace of models counts only where somebody knows that models are there.
    if (deploymentsRead.state === 'unknown') return context.unknown(deploymentsRead.gap);
    const tried =
      intent.connections.length === 0
        ? 'no connection was tried'
        : `all ${intent.connections.length} hosts that were tried answer, as seen from here`;
    return context.ruledOut(
      `no NetworkPolicy of ${namespaces.join(', ')} cuts a documented flow; ${tried}; firewalls, routes and other policy engines are not seen`,
      policiesRead.cite,
      ...(intent.connections.length === 0 ? [] : [intent.cite('connections', '/spec/connections')]),
    );
  },
});

function hostRef(host: string, port: number): ResourceRef {
  return { apiVersion: 'inferscope', kind: 'Source', name: `${host}:${port}` };
}
