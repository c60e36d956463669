/** Cause: the registry counts pulls, and the count for this caller or address is used up. */
import { defineRule } from '../../define.ts';
import { addToServiceAccount, advice, skipResolving } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { covers } from '../../../views/pull-secrets.ts';

export default defineRule({
  code: 'IS3109',
  name: 'RegistryRateLimited',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry limits the number of pulls',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-rate-limited',
    'toomanyrequests',
    '429 Too Many Requests',
    'You have reached your pull rate limit',
    'Rate exceeded',
    'Data limit exceeded',
  ],
  needs: { pull: imagePull },
  messages: {
    anonymous: 'Registry {host} refuses {repository}: the limit for pulls without an account is used up',
    account: 'Registry {host} refuses {repository}: the pull limit of the account is used up',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['rate-limit'], (failure, known) => {
      const { secrets, target } = known;
      const { host, image, cite } = failure;
      const covering = secrets.named.find(
        (secret) => covers(secret, host) !== false && secret.found.state === 'present',
      );
      const mirror = advice(
        `Pull ${host} through a mirror or a cache in your own registry`,
        'The limit counts one pull for each image instead of one for each node.',
        [
          'Set up a pull-through cache and name it in the image, or as mirror in the configuration of the container runtime; or wait until the window of the limit is over (Docker Hub: six hours).',
        ],
        target,
      );
      return context.found({
        message: covering === undefined ? 'anonymous' : 'account',
        args: { host, repository: failure.reference?.repository ?? image },
        subject: registryRef(host),
        certainty: 'confirmed',
        basis: 'the registry answers that there were too many requests',
        consequence:
          'Every pull from this address fails until the window is over; all nodes behind one gateway share one address.',
        cite: [cite[0], ...cite.slice(1), secrets.cite],
        trace: [{ text: `the registry answers: ${failure.detail}`, cite: [cite[0]] }],
        fixes: [
          ...(covering === undefined
            ? [addToServiceAccount(secrets.account, 'registry-credentials', host, target)]
            : []),
          mirror,
          ...skipResolving(host, target),
        ],
      });
    });
  },
});
