/** Cause: the server has no such path; mostly the request speaks another protocol than the server. */
import { changeTheRequest, sendInstead, urlWith } from '../../../fixes/requests.ts';
import type { Fix } from '../../../model/finding.ts';
import { objectAt, textAt } from '../../../model/json.ts';
import { ASKED_KINDS, CLIENT_REQUEST, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import type { JudgedExchange } from '../../../views/exchange-target.ts';
import { kubeObject } from '../../../views/kube-object.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

const PROTOCOLS: Readonly<Record<string, string>> = {
  v1: "KServe's v1 protocol",
  v2: 'the Open Inference Protocol (v2)',
  openai: "OpenAI's protocol",
  torchserve: "TorchServe's own protocol",
};

export default defineRule({
  code: 'IS7305',
  name: 'RequestPathUnknown',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'The model server has no such path',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: ['{"detail":"Not Found"}', '404: Not Found', '404 page not found', 'Malformed request', 'protocol version'],
  needs: { judgement: exchangeJudgement, object: kubeObject },
  messages: {
    spoken: 'The request speaks {asked}; {object} answers {spoken}',
    declared: 'The request speaks {asked}; {object} is declared to speak {spoken}',
    prefix: 'The request asks for {path}; {object} has that path under /openai',
    unknown: 'The server of {object} has no path {path}',
  },
  check({ judgement, object }, context) {
    const one = judgement.failing.findLast(
      ({ answer, asks }) =>
        answer.kind === 'path-unknown' &&
        answer.by !== 'gateway' &&
        asks?.encodedColon !== true &&
        (answer.by === 'server' || OWN_WORDS.test(answer.words)),
    );
    if (one === undefined) return context.notApplicable('no request asks for a path that the server does not have');
    const { asks } = one;
    const name = nameOf(context.on);
    const path = quoted(one.url.path);
    const said = {
      subject: CLIENT_REQUEST,
      certainty: 'confirmed' as const,
      consequence: 'The server runs and is Ready; it has nothing to answer under that path.',
    };
    const other = judgement.answered.findLast(
      (found) => found.asks !== undefined && found.asks.protocol !== asks?.protocol,
    );
    if (asks !== undefined && other?.asks !== undefined)
      return context.found({
        message: 'spoken',
        args: { asked: PROTOCOLS[asks.protocol] ?? '', object: name, spoken: PROTOCOLS[other.asks.protocol] ?? '' },
        ...said,
        basis: 'the server does not know the path, and answers in the other protocol',
        cite: [citeExchange(one), citeExchange(other)],
        fixes: [speak(one, other.asks.protocol, asks.model ?? context.on.name)],
      });
    const body = object.state === 'present' ? object.value : undefined;
    const declared = protocolOf(textAt(body?.body, 'spec', 'predictor', 'model', 'protocolVersion'));
    if (asks !== undefined && body !== undefined && declared !== undefined && declared !== asks.protocol)
      return context.found({
        message: 'declared',
        args: { asked: PROTOCOLS[asks.protocol] ?? '', object: name, spoken: PROTOCOLS[declared] ?? '' },
        ...said,
        basis: 'the server does not know the path, and the spec names the other protocol',
        cite: [citeExchange(one), body.cite(`protocol ${declared}`, '/spec/predictor/model/protocolVersion')],
        fixes: [speak(one, declared, asks.model ?? context.on.name)],
      });
    // kserve python/huggingfaceserver serves OpenAI's paths under /openai only.
    if (
      asks?.protocol === 'openai' &&
      body !== undefined &&
      isHuggingFace(body.body) &&
      !/(?:^|\/)openai\//.test(one.url.path)
    ) {
      const place = one.url.path.lastIndexOf('/v1/');
      const right = `${one.url.path.slice(0, place)}/openai${one.url.path.slice(place)}`;
      return context.found({
        message: 'prefix',
        args: { path, object: name },
        ...said,
        certainty: 'likely',
        basis: "the server does not know the path, and KServe's Hugging Face server puts /openai before it",
        cite: [citeExchange(one)],
        fixes: [sendInstead(one, `Call ${right}`, { url: urlWith(one, { path: right }) })],
      });
    }
    return context.found({
      message: 'unknown',
      args: { object: name, path },
      ...said,
      basis: 'the server says so',
      cite: [citeExchange(one)],
      fixes: [
        changeTheRequest(
          'Ask for a path that the server has',
          'Use /v1/models/NAME:predict (v1), /v2/models/NAME/infer (v2) or /v1/chat/completions (OpenAI; under /openai with KServe), as the runtime speaks it',
        ),
      ],
    });
  },
});

/** FastAPI, tornado, Go's net/http, TorchServe, TensorFlow Serving. */
const OWN_WORDS =
  /^(?:Not Found|404: Not Found|404 page not found|Requested resource is not found|Malformed request: )/;

function protocolOf(version: string | undefined): 'v1' | 'v2' | undefined {
  if (version === 'v1') return 'v1';
  return version === 'v2' || version === 'open-inference-protocol' ? 'v2' : undefined;
}

function isHuggingFace(body: unknown): boolean {
  const runtime =
    textAt(body, 'status', 'clusterServingRuntimeName') ?? textAt(body, 'status', 'servingRuntimeName') ?? '';
  const format = textAt(objectAt(body, 'spec', 'predictor', 'model', 'modelFormat'), 'name');
  return runtime.includes('huggingface') || format === 'huggingface';
}

function speak(one: JudgedExchange, protocol: string, model: string): Fix {
  const path =
    protocol === 'v1' ? `/v1/models/${model}:predict` : protocol === 'v2' ? `/v2/models/${model}/infer` : undefined;
  return path === undefined
    ? changeTheRequest(
        `Speak ${PROTOCOLS[protocol] ?? protocol}`,
        'Use the paths of that protocol, and its form of the body',
      )
    : changeTheRequest(
        `Call ${path}`,
        `Send the input to ${urlWith(one, { path })} in the form of that protocol: ${protocol === 'v1' ? '{"instances": […]}' : '{"inputs": [{"name", "shape", "datatype", "data"}]}'}`,
      );
}
