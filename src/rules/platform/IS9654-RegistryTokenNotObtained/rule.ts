/** Cause: the identity controller of Azure ML gets no token for the registry, and so no pull secret is made or renewed. */
import { command, fix, kubectl, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import { registryRef, type ResourceRef } from '../../../model/reference.ts';
import { registryToken } from '../../../views/azureml/registry-token.ts';
import type { CallFailure, TokenFailure } from '../../../views/azureml/program-log.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

const HOW: Readonly<Record<CallFailure, string>> = {
  proxy: 'the proxy does not let it through',
  name: 'its name does not resolve',
  timeout: 'no answer comes in time',
  refused: 'the connection is refused or broken off',
  certificate: 'its certificate is not trusted',
  throttled: 'it answers 429, too many requests',
  denied: 'it refuses the identity',
  failed: 'the call fails',
};

export default defineRule({
  code: 'IS9654',
  name: 'RegistryTokenNotObtained',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The identity controller of Azure ML gets no token for the container registry',
  appliesTo: ['Pod', 'OnlineDeployment', 'OnlineEndpoint'],
  effects: ['image-not-pulled', 'object-not-reconciled'],
  aliases: [
    'ACRSecretError',
    'TokenRefreshFailed',
    'GetAADTokenFailed',
    'ACRAuthenticationChallengeFailed',
    'ACRTokenExchangeFailed',
    'RefreshExtensionIdentityNotSet',
    'ImagePullLoopBackOff',
    'registry-token-not-obtained',
    'AADSTS',
  ],
  needs: { token: registryToken },
  messages: {
    identity: 'The identity controller of Azure ML has no identity to ask for registry tokens with: “{words}”',
    token: 'The identity controller of Azure ML gets no token from {host}: {how}',
    challenge: 'The identity controller of Azure ML does not reach registry {host} (its /v2/): {how}',
    exchange:
      'Registry {host} gives the identity controller of Azure ML no token in exchange (/oauth2/exchange): {how}',
  },
  check({ token }, context) {
    if (token === undefined) return context.notApplicable('nothing shows that credentials for a registry are lacking');
    const { log, failure, shows, cite, secrets, effect } = token;
    if (log.state === 'unknown') return context.unknown(log.gap);
    if (log.state === 'absent') return context.notApplicable('the identity controller is not there');
    const { component, gaps } = log.value;
    if (component.down)
      return context.ruledOut('the identity controller does not run: that is its own trouble', ...component.cites);
    if (failure === undefined) {
      const [gap] = gaps;
      if (gap !== undefined) return context.unknown(gap);
      return context.notApplicable('the log of the identity controller tells of no failed token call');
    }
    const atRegistry =
      failure.host !== undefined &&
      (failure.step === 'challenge' || (failure.step === 'exchange' && failure.how === 'throttled'));
    const subject: ResourceRef =
      atRegistry && failure.host !== undefined ? registryRef(failure.host) : component.workload.ref;
    const common = {
      subject,
      affects: [context.on, ...secrets],
      effects: [effect],
      certainty: 'confirmed' as const,
      basis: 'the last token call in the log of the identity controller fails in this way',
      consequence: `Azure calls this ${failure.azure}. No pull secret is made or renewed until it succeeds; pods that have their image already go on.`,
      cite: [failure.line.cite, cite] as const,
      trace: [
        { text: `it says: “${quoted(failure.line.text, 140)}”`, cite: [failure.line.cite] },
        { text: shows, cite: [cite] },
      ],
      fixes: fixesFor(failure, context.on),
    };
    const how = failure.code === undefined ? HOW[failure.how] : `it refuses the identity (${failure.code})`;
    const host = failure.host ?? 'Microsoft Entra';
    switch (failure.step) {
      case 'identity':
        return context.found({ message: 'identity', args: { words: quoted(failure.line.text, 100) }, ...common });
      case 'token':
        return context.found({ message: 'token', args: { host, how }, ...common });
      case 'challenge':
        return context.found({ message: 'challenge', args: { host: failure.host ?? 'of the image', how }, ...common });
      case 'exchange':
        return context.found({ message: 'exchange', args: { host: failure.host ?? 'of the image', how }, ...common });
    }
  },
});

function fixesFor(failure: TokenFailure, on: ResourceRef): readonly Fix[] {
  const verify = verifyWithInferscope(on);
  const again = fix({
    title: 'Have the controller ask again at once',
    applicability: 'review',
    effect: 'Restarts the identity controller; models that run are not touched.',
    steps: [kubectl({ namespace: 'azureml' }, ['rollout', 'restart', 'deployment/amlarc-identity-controller'], true)],
    undo: [manual('Nothing to undo: the same program runs again.')],
    verify,
  });
  const told = (title: string, text: string, look: readonly string[]): Fix =>
    fix({
      title,
      applicability: 'advice',
      effect: 'Changes nothing in the cluster by itself.',
      steps: [command(look, false), manual(text)],
      verify,
    });
  if (failure.step === 'identity')
    return [
      told(
        'Give the extension its identity',
        'The identity of the cluster is not set. On AKS enable a managed identity; then delete the extension and install it again, since it takes its identity only when it is installed.',
        ['az', 'aks', 'show', '--name', '<CLUSTER>', '--resource-group', '<RESOURCE-GROUP>', '--query', 'identity'],
      ),
    ];
  if (failure.how === 'throttled')
    return [
      told(
        'Wait a minute, and create the deployment again',
        'The registry limits how often tokens are exchanged; a higher tier allows more. Deploy in smaller groups.',
        ['az', 'acr', 'show', '--name', '<REGISTRY>', '--query', 'sku'],
      ),
    ];
  if (failure.how === 'denied')
    return [
      told(
        'Let the identity pull from the registry',
        'Assign the role AcrPull on the registry to the identity of the endpoint (or of the extension); it takes minutes until it holds, and the controller asks again by itself.',
        ['az', 'role', 'assignment', 'list', '--assignee', '<PRINCIPAL-ID>', '--all', '--output', 'table'],
      ),
      again,
    ];
  const host = failure.host ?? 'login.microsoftonline.com';
  return [
    told(
      `Open the way from the cluster to ${host}`,
      `Let pods of namespace azureml reach ${host} on port 443: firewall, NetworkPolicy, proxy settings of the extension with its certificate, and for private workspaces and registries a private endpoint whose DNS zone the cluster uses.`,
      ['kubectl', '-n', 'azureml', 'get', 'networkpolicies'],
    ),
    again,
  ];
}
