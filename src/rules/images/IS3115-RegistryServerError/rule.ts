/** Cause: the registry, its token service or its blob store answers with a server error. */
import { defineRule } from '../../define.ts';
import { advice } from '../../../fixes/images.ts';
import { registryRef } from '../../../model/reference.ts';
import { checkPulls, imagePull } from '../../../views/image-pull.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';

export default defineRule({
  code: 'IS3115',
  name: 'RegistryServerError',
  stage: 'images',
  role: 'cause',
  since: '0.1.0',
  title: 'The registry answers with a server error',
  appliesTo: ['Pod', 'Revision'],
  looksAt: 'asked',
  effects: ['image-not-pulled'],
  aliases: [
    'registry-server-error',
    '500 Internal Server Error',
    '502 Bad Gateway',
    '503 Service Unavailable',
    '504 Gateway Timeout',
  ],
  needs: { pull: imagePull },
  messages: {
    status: 'Registry {host} answers with HTTP status {status}',
    text: 'Registry {host} answers with a server error: {detail}',
  },
  check({ pull }, context) {
    return checkPulls(pull, context, ['server-error'], (failure, known) => {
      const { cite, detail, error, phase } = failure;
      // Layers come from another host than the manifest.
      const host = phase === 'layer' ? (error.host ?? failure.host) : failure.host;
      const rest = {
        subject: registryRef(failure.host),
        certainty: 'confirmed',
        basis: 'the answer of the registry is quoted',
        consequence: 'The fault is at the registry or at a gateway before it; nothing in the cluster mends it.',
        cite: [cite[0], ...cite.slice(1)],
        trace: [{ text: `the registry answers: ${detail}`, cite: [cite[0]] }],
        fixes: [
          advice(
            `Repair ${host}, or wait until it works again`,
            known.puller === 'knative'
              ? 'Knative tries again with pauses that grow to a quarter of an hour, a new Revision at once.'
              : 'The kubelet tries again by itself, at least every five minutes.',
            [
              `Look at the status page or the logs of ${host}${error.url === undefined ? '' : `; the failing request is ${error.url}`}.`,
            ],
            known.target,
          ),
        ],
      } as const;
      if (error.status === undefined)
        return context.found({ message: 'text', args: { host, detail: quoted(detail, BRIEF) }, ...rest });
      return context.found({ message: 'status', args: { host, status: error.status }, ...rest });
    });
  },
});
