/** Cause: credentials were sent to the registry, and it refuses them: wrong, expired or revoked. */
import { defineRule } from '../../define.ts';
import { advice, replaceCredentials } from '../../../fixes/images.ts';
import { textAt } from '../../../model/json.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { covers } from '../../../views/pull-secrets.ts';

export default defineRule({
  code: 'IS3103',
  name: 'RegistryCredentialsRejected',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry rejects the credentials of the pull secret',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-credentials-rejected',
    'failed to fetch oauth token',
    'incorrect username or password',
    'invalid username/password',
    'Your authorization token has expired',
    'authentication required',
    'ImagePullLoopBackOff',
  ],
  needs: { pull: imagePull },
  messages: {
    rejected: 'Secret {secret} holds credentials for {host} that the registry rejects',
    expired: 'Secret {secret} holds a token for {host} that has expired',
    unread:
      'Registry {host} rejects the credentials that the kubelet sends; {secret} is the one pull secret that the pods name',
    unnamed: 'Registry {host} rejects the credentials that the kubelet sends',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['unauthorized', 'forbidden'], (failure, known) => {
      const { secrets, secretsCite, target } = known;
      const { host, cite, access, error, detail } = failure;
      const present = secrets.named.filter((secret) => secret.found.state === 'present');
      const covering = present.filter((secret) => covers(secret, host) === true);
      const unseen = secrets.named.filter(
        (secret) => covers(secret, host) === undefined && secret.found.state !== 'absent',
      );
      const sent = access === 'rejected';
      if (error.anonymous === true) return context.ruledOut('no credentials were sent', cite[0]);
      if (access === 'private-or-missing' || access === 'forbidden')
        return context.ruledOut('the registry knows the caller and does not let it in', cite[0]);
      // A refusal that does not tell whether credentials were sent counts where there are some to be sent.
      if (!sent && covering.length === 0)
        return context.ruledOut('nothing shows that credentials were sent', cite[0], secrets.cite);
      const candidates = covering.length > 0 ? covering : unseen;
      const [secret] = candidates;
      const made = candidates.map(({ found }) =>
        found.state === 'present' ? (textAt(found.value.body, 'metadata', 'creationTimestamp') ?? '') : '',
      );
      if (!sent && failure.at !== undefined && made.every((time) => time > (failure.at ?? '')))
        return context.ruledOut('the pull secret is newer than the refusal', cite[0], secrets.cite);
      const expired = /token has expired|token expired/i.test(detail);
      const single = candidates.length === 1 ? secret : undefined;
      // Knative's resolver sends what the pull secrets of the Revision hold (go-containerregistry k8schain): one that was there by then was sent.
      const resolver =
        target.knative !== undefined &&
        covering.length > 0 &&
        failure.at !== undefined &&
        made.every((time) => time !== '' && time <= (failure.at ?? ''));
      const rest = {
        certainty: sent || resolver ? 'confirmed' : 'likely',
        basis: sent
          ? 'credentials were sent, and the registry answers that they are not valid'
          : resolver
            ? 'the Knative controller sends the pull secrets of the Revision, and the registry answers that it knows nobody by them'
            : 'the registry refuses, and the pull secret has credentials for it',
        consequence:
          'Every new pull from this registry with these credentials fails; nodes that have the image already start it all the same.',
        trace: [{ text: `the registry rejects the credentials: ${detail}`, cite: [cite[0]] }],
      } as const;
      if (single === undefined) {
        const names = candidates.map((candidate) => candidate.ref.name).join(', ');
        const where =
          names === ''
            ? 'the credential provider of the node (kubelet image credential provider, or the configuration of the container runtime)'
            : `the Secrets ${names}`;
        return context.found({
          message: 'unnamed',
          args: { host },
          subject: registryRef(host),
          cite: [cite[0], secrets.cite],
          ...rest,
          fixes: [
            advice(`Renew the credentials for ${host}`, 'New pulls use them.', [`They come from ${where}.`], target),
          ],
        });
      }
      const named = {
        args: { secret: single.ref.name, host },
        subject: single.ref,
        fixes: [replaceCredentials(single.ref, host, single.hosts ?? [], target)],
      };
      if (single.found.state !== 'present' || covering.length === 0) {
        return context.found({
          message: 'unread',
          ...named,
          ...rest,
          certainty: 'likely',
          basis: 'credentials were sent and refused; for which registries that Secret holds some was not seen',
          cite: [cite[0], secretsCite],
        });
      }
      return context.found({
        message: expired ? 'expired' : 'rejected',
        ...named,
        ...rest,
        cite: [cite[0], single.found.cite, secretsCite],
      });
    });
  },
});
