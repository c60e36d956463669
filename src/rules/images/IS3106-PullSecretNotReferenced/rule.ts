/** Cause: the registry wants a login, and neither the pod nor its ServiceAccount names a pull secret. */
import { defineRule } from '../../define.ts';
import { addToServiceAccount, advice, restartSteps, skipResolving } from '../../../fixes/images.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { covers } from '../../../views/pull-secrets.ts';
import { nameWithKind } from '../../../model/kinds.ts';

export default defineRule({
  code: 'IS3106',
  name: 'PullSecretNotReferenced',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry wants a login, and the pod names no pull secret',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'RegistryNeedsLogin',
    'image-registry-auth-missing',
    'failed to fetch anonymous token',
    '401 Unauthorized',
    'no basic auth credentials',
    'authentication required',
  ],
  needs: { pull: imagePull },
  messages: {
    knative:
      'ServiceAccount {account} and {workload} name no pull secret, and {host} wants a login from the Knative controller',
    none: 'ServiceAccount {account} and {workload} name no pull secret, and {host} wants a login',
    unused: 'ServiceAccount {account} and {workload} do not name Secret {secret}, which has credentials for {host}',
    later: 'ServiceAccount {account} got pull secret {secret} after the pods of {workload} were created',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['unauthorized', 'forbidden'], (failure, known) => {
      const { secrets, target } = known;
      const { host, cite, access, error } = failure;
      const [named] = secrets.named;
      const knative = known.puller === 'knative';
      if (named !== undefined) return context.ruledOut(`the pod names the pull secret ${named.ref.name}`, secrets.cite);
      if (access !== 'needs-login')
        return context.ruledOut('the refusal does not tell that a login is all that lacks', cite[0]);
      const { account, accountFound } = secrets;
      // What a Revision is looked up with are the secrets of its ServiceAccount: they must have been seen.
      if (knative && accountFound.state === 'unknown' && accountFound.gap.reason === 'not-requested')
        return context.unknown(accountFound.gap);
      const workload = nameWithKind(target.workload);
      const certain = (error.anonymous === true || knative) && accountFound.state === 'present';
      const rest = {
        subject: account,
        certainty: certain ? 'confirmed' : 'likely',
        basis: certain
          ? knative
            ? 'neither the Revision nor its ServiceAccount names a pull secret, and the registry asks for credentials'
            : 'the pull is anonymous, and the registry asks for credentials'
          : 'the registry asks for credentials, and the pod has none; credentials of the node were not seen',
        consequence: knative
          ? `Knative looks up the digest of the tag before it makes a Deployment: there is no pod, and no kubelet was asked.`
          : `Registry ${host} wants a login: the image cannot be pulled to any node that has no credentials of its own for it.`,
        cite: [
          cite[0],
          secrets.cite,
          ...(accountFound.state === 'present'
            ? [accountFound.value.cite(`pull secrets of ServiceAccount ${account.name}`, '/imagePullSecrets')]
            : []),
        ],
        trace: [
          {
            text: knative
              ? 'the Knative controller looks up the digest of the tag without credentials'
              : 'the kubelet pulls without credentials',
            cite: [secrets.cite],
          },
          { text: `the registry refuses: ${failure.detail}`, cite: [cite[0]] },
        ],
      } as const;
      const args = { account: account.name, workload, host };
      const [since] = secrets.accountNames;
      if (since !== undefined) {
        const restart = fix({
          title: `Create the pods of ${workload} anew`,
          applicability: 'review',
          effect: `New pods get the pull secret ${since} from ServiceAccount ${account.name}.`,
          steps: restartSteps(target),
          undo: [manual('Nothing to take back: the new pods are made from the same template.')],
          verify: verifyWithInferscope(target.workload),
        });
        return context.found({ message: 'later', args: { ...args, secret: since }, ...rest, fixes: [restart] });
      }
      const unused = secrets.unused.find((secret) => covers(secret, host) === true);
      if (unused !== undefined) {
        const fixes = [addToServiceAccount(account, unused.ref.name, undefined, target)];
        return context.found({ message: 'unused', args: { ...args, secret: unused.ref.name }, ...rest, fixes });
      }
      const fixes = [
        addToServiceAccount(account, 'registry-credentials', host, target),
        ...(knative ? skipResolving(host, target) : (cloudAdvice(host, target) ?? [])),
      ];
      return context.found({ message: knative ? 'knative' : 'none', args, ...rest, fixes });
    });
  },
});

/** Where the nodes have an identity of their own that may be given the right to pull. */
function cloudAdvice(
  host: string,
  target: Parameters<typeof advice>[3],
): readonly [ReturnType<typeof advice>] | undefined {
  const how = /\.azurecr\.(?:io|us|cn)$/.test(host)
    ? `az aks update -n <CLUSTER> -g <RESOURCE_GROUP> --attach-acr ${host.split('.')[0] ?? host} gives the kubelet's identity the role AcrPull.`
    : /\.dkr\.ecr[.-]/.test(host)
      ? 'Give the IAM role of the nodes the policy AmazonEC2ContainerRegistryPullOnly.'
      : /-docker\.pkg\.dev$|(?:^|\.)gcr\.io$/.test(host)
        ? 'Give the service account of the nodes the role roles/artifactregistry.reader.'
        : undefined;
  return how === undefined
    ? undefined
    : [
        advice(
          'Let the nodes pull with their own identity',
          'All pods of these nodes can pull from the registry.',
          [how],
          target,
        ),
      ];
}
