/** Cause: the pull secret exists, and is of a type that the kubelet takes no credentials from. */
import { defineRule } from '../../define.ts';
import { recreatePullSecret } from '../../../fixes/images.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { covers } from '../../../views/pull-secrets.ts';

export default defineRule({
  code: 'IS3105',
  name: 'PullSecretWrongType',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The pull secret is of a type that the kubelet does not read',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: ['pull-secret-wrong-type', 'type: Opaque', 'kubernetes.io/dockerconfigjson', 'kubernetes.io/basic-auth'],
  needs: { pull: imagePull },
  messages: {
    type: 'Secret {secret} is of type {type}, so the kubelet takes no credentials from it',
    typeForKnative: 'Secret {secret} is of type {type}, so the Knative controller takes no credentials from it',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['unauthorized', 'forbidden'], (failure, known) => {
      const { secrets, target } = known;
      const { host, cite, access, error } = failure;
      if (error.anonymous === false) return context.ruledOut('credentials were sent', cite[0]);
      const wrong = secrets.named.find((secret) => secret.usable === false);
      if (wrong === undefined)
        return context.ruledOut('no pull secret of the pod is seen to be of another type', secrets.cite);
      if (wrong.found.state !== 'present') return context.notApplicable('the pull secret was not seen');
      const covering = secrets.named.find((secret) => covers(secret, host) === true);
      if (covering !== undefined)
        return context.ruledOut(`Secret ${covering.ref.name} has credentials for ${host}`, secrets.cite);
      const type = wrong.type ?? 'Opaque';
      return context.found({
        message: known.puller === 'knative' ? 'typeForKnative' : 'type',
        args: { secret: wrong.ref.name, type },
        subject: wrong.ref,
        certainty: access === 'needs-login' && secrets.named.length === 1 ? 'confirmed' : 'likely',
        basis: 'Secrets of this type are passed over, and the registry refuses the anonymous pull',
        consequence: `A pull secret is of type kubernetes.io/dockerconfigjson. This one is passed over without a word, and ${host} refuses the anonymous pull.`,
        cite: [wrong.found.value.cite(`Secret ${wrong.ref.name} is of type ${type}`, '/type'), cite[0], secrets.cite],
        trace: [{ text: `the registry refuses the anonymous pull: ${failure.detail}`, cite: [cite[0]] }],
        fixes: [recreatePullSecret(wrong.ref, host, target)],
      });
    });
  },
});
