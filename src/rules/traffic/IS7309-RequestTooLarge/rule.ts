/** Cause: the request is larger than somebody on the way lets through. */
import { kubectl, fix, verifyWithInferscope } from '../../../fixes/build.ts';
import { changeTheRequest } from '../../../fixes/requests.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { ASKED_KINDS, CLIENT_REQUEST, lastOf, whoAnswered } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { isHost } from '../../../views/exchange-hosts.ts';
import { defineRule } from '../../define.ts';

const SIZE = 'nginx.ingress.kubernetes.io/proxy-body-size';

export default defineRule({
  code: 'IS7309',
  name: 'RequestTooLarge',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The request is larger than a server on the way allows',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    '413 Request Entity Too Large',
    'Payload Too Large',
    '431 Request Header Fields Too Large',
    'proxy-body-size',
    'Received message larger than max',
  ],
  needs: { judgement: exchangeJudgement },
  messages: {
    body: 'The body of the request{size} is larger than {who} allows',
    headers: 'The headers of the request are larger than {who} allows',
    ingress: 'Ingress {ingress} does not let a body{size} through',
  },
  check({ judgement }, context) {
    const one = lastOf(judgement.failing, 'too-large', 'headers-too-large');
    if (one === undefined) return context.notApplicable('no request was refused for its size');
    const { answer, exchange, url } = one;
    const length = exchange.request.headers['content-length'];
    const size = length !== undefined && /^\d{1,15}$/.test(length) ? ` of ${length} bytes` : '';
    const who = whoAnswered(answer.by);
    const common = {
      certainty: 'confirmed' as const,
      basis: 'the status says so',
      consequence: 'The request does not come to the model; smaller ones do.',
      cite: [citeExchange(one)] as const,
    };
    const smaller = changeTheRequest(
      'Send less at once',
      'Split the instances over several requests, or send a reference to the data in place of the data',
    );
    if (answer.kind === 'headers-too-large')
      return context.found({ message: 'headers', args: { who }, subject: CLIENT_REQUEST, ...common, fixes: [smaller] });
    const ingress = judgement.hosts.find(
      (entry) =>
        entry.by.kind === 'Ingress' && entry.by.apiVersion.startsWith('networking.k8s.io/') && isHost(url.host, entry),
    );
    // Nginx takes 1 MB unless the Ingress says otherwise, and answers with its own page.
    if (
      ingress !== undefined &&
      answer.by === 'gateway' &&
      /nginx|openresty/i.test(`${exchange.response?.headers['server'] ?? ''} ${exchange.response?.body ?? ''}`)
    )
      return context.found({
        message: 'ingress',
        args: { ingress: ingress.by.name, size },
        subject: ingress.by,
        ...common,
        cite: [citeExchange(one), ingress.cite],
        fixes: [raise(ingress.by, context.on), smaller],
      });
    return context.found({
      message: 'body',
      args: { who, size },
      subject: CLIENT_REQUEST,
      ...common,
      fixes: [smaller],
    });
  },
});

function raise(ingress: ResourceRef, on: ResourceRef): ReturnType<typeof fix> {
  return fix({
    title: `Let Ingress ${ingress.name} take larger bodies`,
    applicability: 'fill-in',
    effect: 'The controller takes it over at once; no pod is restarted.',
    steps: [kubectl(ingress, ['annotate', 'ingress', ingress.name, `${SIZE}=<SIZE>`, '--overwrite'], true)],
    undo: [kubectl(ingress, ['annotate', 'ingress', ingress.name, `${SIZE}-`], true)],
    verify: verifyWithInferscope(on),
  });
}
