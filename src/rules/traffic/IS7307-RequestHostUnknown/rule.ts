/** Cause: the request goes to a host that nobody publishes, so that no gateway routes it. */
import { sendInstead, urlWith } from '../../../fixes/requests.ts';
import { ASKED_KINDS, CLIENT_REQUEST, nameOf, whoAnswered } from '../../../views/exchange-client.ts';
import { tellable } from '../../../views/exchange-hosts.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS7307',
  name: 'RequestHostUnknown',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The request asks for a host that nobody publishes',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    '404 NR',
    'route_not_found',
    'request-host-unknown',
    'Host header',
    'server: istio-envoy, content-length: 0',
  ],
  needs: { judgement: exchangeJudgement },
  messages: {
    unrouted: 'The request asks for host {asked}; {object} is published as {hosts}',
    unresolved: 'The client cannot resolve {asked}; {object} is published as {hosts}',
  },
  check({ judgement }, context) {
    const one = judgement.unrouted.at(-1);
    if (one === undefined) return context.notApplicable('no request went to a host that nobody publishes');
    const asked = one.exchange.request.headers['host'] ?? one.url.host;
    const outside = tellable(judgement.hosts).filter(({ internal }) => !internal);
    // Its own URL comes first, those of its components follow. Only inside the cluster: whether that was meant so is another question.
    const [published] = outside;
    if (published === undefined) return context.notApplicable('it publishes no host outside the cluster');
    if (one.answer.kind !== 'no-route' && one.answer.kind !== 'name-unresolved')
      return context.notApplicable('the answer does not say that the host is unknown');
    const names = outside.map(({ host }) => host);
    const hosts = listed(names, 3);
    const routed = one.answer.kind === 'no-route';
    const flagged = one.answer.access?.flags.includes('NR') === true;
    const common = {
      subject: CLIENT_REQUEST,
      certainty: routed && flagged ? ('confirmed' as const) : ('likely' as const),
      basis: !routed
        ? 'the client finds no address for the name, and it is none of the published ones'
        : flagged
          ? 'the gateway says that it has no route for the host, and it is none of the published ones'
          : `${whoAnswered(one.answer.by)} answers as it does without a route, and the host is none of the published ones`,
      consequence: 'The request never comes to the model; it is Ready, and answers under its own host.',
      cite: [citeExchange(one), published.cite] as const,
      fixes: [
        sendInstead(
          one,
          `Call host ${published.host}`,
          isAddress(one.url.host) ? { host: published.host } : { url: urlWith(one, { host: published.host }) },
        ),
      ],
    };
    const args = { asked, object: nameOf(context.on), hosts };
    return routed
      ? context.found({ message: 'unrouted', args, ...common })
      : context.found({ message: 'unresolved', args, ...common });
  },
});

/** A gateway is called by its address where no DNS knows the host: then the header names the host. */
function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':') || host === 'localhost';
}
