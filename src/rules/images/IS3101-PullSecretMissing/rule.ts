/** Cause: the pod names a pull secret that does not exist in its namespace, and the registry wants a login. */
import { defineRule } from '../../define.ts';
import { awaitPullSecret } from '../../../fixes/azureml-objects.ts';
import { createPullSecret } from '../../../fixes/images.ts';
import type { Verdict } from '../../../model/finding.ts';
import { azuremlPlace } from '../../../views/azureml/azureml-place.ts';
import { asker, checkPulls, imagePull } from '../../../views/image-pull.ts';
import { covers } from '../../../views/pull-secrets.ts';

export default defineRule({
  code: 'IS3101',
  name: 'PullSecretMissing',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The pull secret that the pod names does not exist',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'ImagePullSecretMissing',
    'image-pull-secret-missing',
    'FailedToRetrieveImagePullSecret',
    'Unable to retrieve some image pull secrets',
    'failed to fetch anonymous token',
    '401 Unauthorized',
    'ImagePullLoopBackOff',
    'ACRSecretError',
  ],
  needs: { pull: imagePull, azureml: azuremlPlace },
  messages: {
    absent: 'Secret {secret} does not exist in namespace {namespace}',
    elsewhere: 'Secret {secret} does not exist in namespace {namespace}, only in {others}',
    unreadable: 'The kubelet cannot retrieve Secret {secret} of namespace {namespace}',
  },
  check({ pull, azureml }, context) {
    return checkPulls(pull, context, ['unauthorized', 'forbidden'], (failure, known) => {
      const { secrets, secretsCite, target } = known;
      const { host, image, access, cite, error } = failure;
      if (secrets.named.length === 0) return context.ruledOut('the pod names no pull secret', secrets.cite, cite[0]);
      if (access === 'rejected' || error.anonymous === false) return context.ruledOut('credentials were sent', cite[0]);
      const others = secrets.named.filter(
        (secret) => secret.found.state === 'present' && covers(secret, host) !== false,
      );
      if (others.length > 0 && error.anonymous !== true)
        return context.ruledOut('another pull secret of the pod covers the registry', secrets.cite);
      const verdicts = secrets.named.map((secret): Verdict => {
        const { ref, found } = secret;
        const reported = secrets.unretrieved?.names.includes(ref.name) === true ? secrets.unretrieved.cite : undefined;
        if (found.state === 'present') return context.ruledOut(`Secret ${ref.name} exists`, found.cite);
        if (found.state === 'unknown' && reported === undefined) return context.unknown(found.gap);
        const namespaces = Object.hasOwn(secrets.elsewhere, ref.name) ? (secrets.elsewhere[ref.name] ?? []) : [];
        const absence = found.state === 'absent' ? [found.cite] : [];
        const args = { secret: ref.name, namespace: ref.namespace ?? 'default' };
        const certain = found.state === 'absent' && access === 'needs-login' && others.length === 0;
        const rest = {
          subject: ref,
          certainty: certain ? 'confirmed' : 'likely',
          basis: certain
            ? 'the Secret is not there, and the registry refuses the anonymous pull'
            : found.state === 'absent'
              ? 'the Secret is not there; the registry would answer a missing repository in the same way'
              : 'the kubelet cannot retrieve it; whether it exists was not seen',
          consequence: `Registry ${host} refuses the pull of ${failure.reference?.repository ?? image} without it; every pod that relies on this Secret waits for its image.`,
          cite: [reported ?? cite[0], ...(reported === undefined ? [] : [cite[0]]), secretsCite, ...absence],
          trace: [
            {
              text: `${known.puller === 'knative' ? 'the Revision or its ServiceAccount' : 'the pod template'} names the pull secret ${ref.name}`,
              cite: [secretsCite],
            },
            { text: `${asker(known)} asks without credentials`, cite: reported === undefined ? [] : [reported] },
            { text: `the registry refuses: ${failure.detail}`, cite: [cite[0]] },
          ],
          fixes: [
            ...(azureml === undefined ? [] : [awaitPullSecret(ref, host, target)]),
            createPullSecret(ref, host, target),
          ],
        } as const;
        if (found.state === 'unknown') return context.found({ message: 'unreadable', args, ...rest });
        if (namespaces.length === 0) return context.found({ message: 'absent', args, ...rest });
        return context.found({
          message: 'elsewhere',
          args: { ...args, others: namespaces.slice(0, 5).join(', ') },
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
