/** Cause: the registry refuses in words that it uses for private and for missing repositories alike. */
import { defineRule } from '../../define.ts';
import { addToServiceAccount, setImage } from '../../../fixes/images.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { covers } from '../../../views/pull-secrets.ts';

export default defineRule({
  code: 'IS3108',
  name: 'PrivateOrMissing',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The repository is private or does not exist; the registry does not tell which',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'private-or-missing',
    'pull access denied, repository does not exist or may require authorization',
    'insufficient_scope: authorization failed',
    'requested access to the resource is denied',
    'access to the requested resource is not authorized',
  ],
  needs: { pull: imagePull },
  messages: {
    either: 'Repository {repository} of {host} is private or does not exist; the registry does not tell which',
    mistyped: 'Repository {repository} of {host} is private or does not exist; this cluster uses {meant}',
    account: 'Repository {repository} of {host} does not exist, or the account of Secret {secret} may not read it',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['unauthorized', 'forbidden'], (failure, known) => {
      const { secrets, target } = known;
      const { access, host, reference, cite, answer, container } = failure;
      if (access !== 'private-or-missing' || reference === undefined)
        return context.ruledOut('the registry tells why it refuses', cite[0]);
      if (answer?.status === 404)
        return context.ruledOut('the registry answers that it does not have the image', answer.cite);
      const covering = secrets.named.find((secret) => covers(secret, host) === true);
      if (secrets.named.length > 0 && covering === undefined)
        return context.ruledOut('a pull secret of the pod is missing, or is for another registry', secrets.cite);
      const others = known.known.filter(
        (other) => other.ran && other.reference.host === host && other.reference.repository !== reference.repository,
      );
      const [meant] = nearestNames(
        reference.repository,
        others.map((other) => other.reference.repository),
        1,
      );
      const { repository } = reference;
      const rest = {
        subject: failure.origin.ref,
        container: container.name,
        basis: 'the registry gives one answer for private and for missing repositories',
        consequence: 'The image is not pulled; credentials help only if the repository exists.',
        cite: [cite[0], ...(answer === undefined ? [] : [answer.cite]), secrets.cite],
        trace: [{ text: `the registry refuses: ${failure.detail}`, cite: [cite[0]] }],
      } as const;
      const login = addToServiceAccount(secrets.account, 'registry-credentials', host, target);
      const tag = reference.tag ?? 'latest';
      if (meant !== undefined) {
        const rename = setImage(failure, `${host}/${meant}:${tag}`, target, `If ${meant} is meant: name it`);
        return context.found({
          message: 'mistyped',
          args: { repository, host, meant },
          certainty: 'possible',
          ...rest,
          fixes: [rename, login],
        });
      }
      const rename = setImage(
        failure,
        `${host}/<REPOSITORY>:${tag}`,
        target,
        'If the name is wrong: name a repository that exists',
      );
      if (covering !== undefined) {
        return context.found({
          message: 'account',
          args: { repository, host, secret: covering.ref.name },
          certainty: 'likely',
          ...rest,
          fixes: [rename],
        });
      }
      return context.found({
        message: 'either',
        args: { repository, host },
        certainty: 'likely',
        ...rest,
        fixes: [rename, login],
      });
    });
  },
});
