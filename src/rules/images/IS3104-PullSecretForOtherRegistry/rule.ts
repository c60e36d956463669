/** Cause: the pull secret exists, and it has credentials for other registries only. */
import { defineRule } from '../../define.ts';
import { fix, manual, verifyWithInferscope } from '../../../fixes/build.ts';
import { recreatePullSecret, replaceCredentials, restartSteps } from '../../../fixes/images.ts';
import type { Fix, Verdict } from '../../../model/finding.ts';
import { textAt } from '../../../model/json.ts';
import { checkPulls, imagePull, type PullTarget } from '../../../views/image-pull.ts';
import { covers } from '../../../views/pull-secrets.ts';

export default defineRule({
  code: 'IS3104',
  name: 'PullSecretForOtherRegistry',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The pull secret has no credentials for the registry of the image',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
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
        const created = textAt(found.value.body, 'metadata', 'creationTimestamp') ?? '';
        const newer = failure.at !== undefined && created > failure.at;
        // The words do not tell whether credentials were sent: IS3103 takes it that they were.
        if (error.anonymous !== true && !newer)
          return context.ruledOut(`Secret ${ref.name} has credentials for ${host}`, found.cite);
        return context.found({
          message: newer ? 'newer' : 'unsent',
          args: { secret: ref.name, host },
          subject: ref,
          certainty: 'likely',
          basis: newer
            ? 'the Secret is younger than the last error, and nothing tells of a later try'
            : 'the pull was anonymous although the Secret names the registry',
          cite: [found.cite, cite[0], known.secretsCite],
          consequence: newer
            ? known.puller === 'knative'
              ? 'Knative tries again by itself, with pauses that grow to a quarter of an hour.'
              : 'The kubelet tries again by itself, within five minutes.'
            : 'The entry for the registry is empty, is bound to another path of it, or is newer than the last pull.',
          fixes: newer ? newlyNamed(known.target) : [replaceCredentials(ref, host, hosts, target)],
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
          consequence: `Credentials are looked up by the host of the image; none are found, and the anonymous request is one that ${host} refuses.`,
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

/** A new Revision is tried at once; a kubelet needs no help. */
function newlyNamed(target: PullTarget): readonly Fix[] {
  if (target.knative === undefined) return [];
  const steps = restartSteps(target);
  return [
    fix({
      title: 'Make a new Revision, which is tried at once',
      applicability: steps.some((step) => step.kind === 'command') ? 'review' : 'advice',
      effect: 'Knative looks the tag up again with the Secret as it is now.',
      steps,
      undo: [manual('Nothing to take back: the new Revision is made from the same template.')],
      verify: verifyWithInferscope(target.workload),
    }),
  ];
}
