/** Cause: the request names a model that the server does not serve under that name. */
import { changeTheRequest, sendInstead, urlWith } from '../../../fixes/requests.ts';
import type { Fix } from '../../../model/finding.ts';
import { ASKED_KINDS, CLIENT_REQUEST, lastOf, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { servedModels } from '../../../views/exchange-models.ts';
import type { JudgedExchange } from '../../../views/exchange-target.ts';
import { nearestNames } from '../../../views/parse/nearest-name.ts';
import { defineRule } from '../../define.ts';
import { listed } from '../../../views/parse/listed.ts';

export default defineRule({
  code: 'IS7301',
  name: 'RequestModelUnknown',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The request names a model that the server does not serve',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'request-model-name-wrong',
    'Model with name x does not exist.',
    'The model does not exist.',
    'Request for unknown model',
    'Servable not found for request',
    'Model not found',
    'NotFoundError',
  ],
  needs: { judgement: exchangeJudgement, models: servedModels },
  messages: {
    listed: 'The request asks for model {asked}; {object} serves {served}',
    named: 'The request asks for model {asked}; {object} is told to serve {served}',
    own: 'The request asks for model {asked}; {object} serves its model under its own name',
  },
  check({ judgement, models }, context) {
    const one = lastOf(
      judgement.failing.filter((failed) => failed.asks?.encodedColon !== true),
      'model-unknown',
    );
    if (one === undefined) return context.notApplicable('no request names a model that the server does not know');
    const asked = one.asks?.model ?? one.answer.model;
    if (asked === undefined) return context.notApplicable('the answer does not say which model it does not know');
    const object = nameOf(context.on);
    const said = {
      subject: CLIENT_REQUEST,
      consequence: 'The model itself is Ready; only requests under that name fail.',
    };
    const served = models.listed ?? answering(models.answering);
    if (served !== undefined) {
      if (served.names.length === 0)
        return context.ruledOut('the server serves no model at all, whatever a request calls it', served.cite);
      if (served.names.includes(asked))
        return context.ruledOut('the server serves a model of the name that was asked for', served.cite);
      const [near = served.names[0] ?? ''] = nearestNames(asked, served.names, 1);
      return context.found({
        message: 'listed',
        args: { asked, object, served: listed(served.names) },
        ...said,
        certainty: 'confirmed',
        basis: 'the server does not know the name, and says which it serves',
        cite: [citeExchange(one), served.cite],
        trace: answerOf(one),
        fixes: [askFor(one, asked, near)],
      });
    }
    if (models.told !== undefined) {
      if (models.told.name === asked)
        return context.ruledOut('the request names the model that the program is told to serve', models.told.cite);
      return context.found({
        message: 'named',
        args: { asked, object, served: models.told.name },
        ...said,
        certainty: 'confirmed',
        basis: 'the server does not know the name, and its arguments give it another',
        cite: [citeExchange(one), models.told.cite],
        trace: answerOf(one),
        fixes: [askFor(one, asked, models.told.name)],
      });
    }
    // kserve names the model after the InferenceService unless it is told otherwise; nothing else has such a rule.
    if (context.on.kind !== 'InferenceService' || asked === context.on.name)
      return context.notApplicable('which models the server serves is not known');
    return context.found({
      message: 'own',
      args: { asked, object },
      ...said,
      certainty: 'likely',
      basis: 'the server does not know the name, and KServe names a model after its InferenceService',
      cite: [citeExchange(one)],
      trace: answerOf(one),
      fixes: [askFor(one, asked, context.on.name)],
    });
  },
});

function answering(
  found: readonly { readonly name: string; readonly cite: ReturnType<typeof citeExchange> }[],
): { readonly names: readonly string[]; readonly cite: ReturnType<typeof citeExchange> } | undefined {
  const [first] = found;
  return first === undefined ? undefined : { names: [...new Set(found.map(({ name }) => name))], cite: first.cite };
}

function answerOf(
  one: JudgedExchange,
): readonly [{ readonly text: string; readonly cite: readonly [ReturnType<typeof citeExchange>] }] {
  return [
    {
      text: `the model server, not the gateway, answers ${one.answer.status ?? 'it'}: it knows no such model`,
      cite: [citeExchange(one)],
    },
  ];
}

function askFor(one: JudgedExchange, asked: string, served: string): Fix {
  const place = one.url.path.lastIndexOf(`/${encodeURIComponent(asked)}`);
  if (one.asks?.protocol === 'openai' || place < 0)
    return changeTheRequest(`Ask for model ${served}`, `Put "model": "${served}" where the request says "${asked}"`);
  const path = `${one.url.path.slice(0, place)}/${encodeURIComponent(served)}${one.url.path.slice(place + 1 + encodeURIComponent(asked).length)}`;
  return sendInstead(one, `Call ${path}`, { url: urlWith(one, { path }) });
}
