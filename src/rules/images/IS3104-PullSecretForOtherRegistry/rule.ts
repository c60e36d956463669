/** Cause: the pull secret exists, and it has credentials for other registries only. */
import { defineRule } from '../../define.ts';
import { recreatePullSecret, replaceCredentials } from '../../../fixes/images.ts';
import type { Verdict } from '../../../model/finding.ts';
import { textAt } from '../../../model/json.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { covers } from '../../../views/pull-secrets.ts';

export default defineRule({
  code: 'IS3104',
  name: 'PullSecretForOtherRegistry',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The pull secret has no credentials for the registry of the image',
  appliesTo: ['Pod'],
  effects: ['image-not-pulled'],
  aliases: [
    'pull-secret-wrong-registry',
    'PullSecretHostMismatch',
    'docker-server',
    'failed to fetch anonymous token',
    'no basic auth credentials',
  ],
  needs: { pull: imagePull },
  messages: {
    other: 'Secret {secret} holds credentials for {hosts}, none for {host}',
    empty: 'Secret {secret} holds no credentials that the kubelet can read, none for {host} either',
    unsent: 'Secret {secret} names {host}, and the last pull went without credentials from it',
    newer: 'Secret {secret} was created after {host} refused the last pull',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['unauthorized', 'forbidden'], (failure, known) => {
      const { secrets, target } = known;
      const { host, cite, access, error } = failure;
      if (error.anonymous === false) return context.ruledOut('credentials were sent', cite[0]);
      if (secrets.named.length === 0) return context.ruledOut('the pod names no pull secret', secrets.cite);
      for (const { found, hosts, usable } of secrets.named) {
        if (found.state === 'unknown') return context.unknown(found.gap);
        if (found.state === 'absent')
          return context.ruledOut('a pull secret that the pod names does not exist', found.cite);
        if (usable === true && hosts === undefined)
          return context.notApplicable('for which registries the pull secret is was not seen');
      }
      const covering = secrets.named.find((secret) => covers(secret, host) === true);
      if (covering?.found.state === 'present') {
        const { ref, found, hosts = [] } = covering;
        // The words do not tell whether credentials were sent: IS3103 takes it that they were.
        if (error.anonymous !== true)
          return context.ruledOut(`Secret ${ref.name} has credentials for ${host}`, found.cite);
        const created = textAt(found.value.body, 'metadata', 'creationTimestamp') ?? '';
        const newer = failure.at !== undefined && created > failure.at;
        return context.found({
          message: newer ? 'newer' : 'unsent',
          args: { secret: ref.name, host },
          subject: ref,
          certainty: 'likely',
          basis: newer
            ? 'the Secret is younger than the last error, and the kubelet has not tried again yet'
            : 'the pull was anonymous although the Secret names the registry',
          cite: [found.cite, cite[0], known.secretsCite],
          consequence: newer
            ? 'The kubelet tries again by itself, within five minutes.'
            : 'The entry for the registry is empty, is bound to another path of it, or is newer than the last pull.',
          fixes: newer ? [] : [replaceCredentials(ref, host, hosts, target)],
        });
      }
      const verdicts = secrets.named.map(({ ref, found, hosts = [], usable }): Verdict => {
        if (found.state !== 'present' || usable === false)
          return context.notApplicable(`Secret ${ref.name} is no docker config`);
        const rest = {
          subject: ref,
          certainty: access === 'needs-login' ? 'confirmed' : 'likely',
          basis:
            access === 'needs-login'
              ? 'no pull secret of the pod names the registry, and the registry wants a login'
              : 'no pull secret of the pod names the registry; it would answer a missing repository in the same way',
          consequence: `The kubelet looks for credentials by the host of the image, finds none and pulls anonymously, which ${host} refuses.`,
          cite: [found.cite, cite[0], known.secretsCite],
          trace: [
            { text: `no pull secret has credentials for ${host}`, cite: [found.cite] },
            { text: `the registry refuses the anonymous pull: ${failure.detail}`, cite: [cite[0]] },
          ],
          fixes: [recreatePullSecret(ref, host, target)],
        } as const;
        if (hosts.length === 0) return context.found({ message: 'empty', args: { secret: ref.name, host }, ...rest });
        return context.found({
          message: 'other',
          args: { secret: ref.name, hosts: hosts.slice(0, 5).join(', '), host },
          ...rest,
        });
      });
      const [first, ...more] = verdicts;
      return first === undefined
        ? context.notApplicable('the pod names no pull secret')
        : context.all([first, ...more]);
    });
  },
});
