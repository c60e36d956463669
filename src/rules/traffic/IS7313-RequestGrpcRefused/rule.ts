/** Cause: gRPC is spoken to a server or a port that does not speak it, or to a method that the server does not have. */
import { changeTheObject, changeTheRequest } from '../../../fixes/requests.ts';
import { listAt, textAt } from '../../../model/json.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { ASKED_KINDS, CLIENT_REQUEST, nameOf } from '../../../views/exchange-client.ts';
import { citeExchange, exchangeJudgement } from '../../../views/exchange-judgement.ts';
import { ownerTree } from '../../../views/owner-tree.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS7313',
  name: 'RequestGrpcRefused',
  stage: 'traffic',
  role: 'cause',
  since: '0.1.0',
  title: 'gRPC is spoken to a server that does not speak it there',
  appliesTo: [...ASKED_KINDS],
  looksAt: 'asked',
  effects: ['requests-fail'],
  aliases: [
    'StatusCode.UNIMPLEMENTED',
    'UNIMPLEMENTED',
    'malformed HTTP response',
    'h2c',
    'grpc-status: 12',
    '426 Upgrade Required',
  ],
  needs: { judgement: exchangeJudgement, tree: ownerTree },
  messages: {
    port: 'The request speaks gRPC; no port of {object} is declared for it',
    plain: 'The request speaks gRPC; {object} answers it as plain HTTP, status {status}',
    method: '{object} has no gRPC method {method}',
    malformed: 'The container of {object} speaks another version of HTTP than its port says',
  },
  check({ judgement, tree }, context) {
    const object = nameOf(context.on);
    const broken = judgement.failing.findLast(
      ({ answer }) =>
        answer.kind === 'container-unreachable' &&
        /malformed HTTP (?:response|version)|HTTP\/1\.x transport connection broken/.test(answer.words),
    );
    if (broken !== undefined)
      return context.found({
        message: 'malformed',
        args: { object },
        subject: context.on,
        certainty: 'confirmed',
        basis: 'queue-proxy says that it cannot read the answer of the container',
        consequence: 'Requests fail although the container runs and its port is open.',
        cite: [citeExchange(broken)],
        fixes: [namePort(context.on)],
      });
    const one = judgement.failing.findLast(
      ({ answer, exchange }) =>
        answer.kind === 'grpc-unimplemented' ||
        (/^application\/grpc/i.test(exchange.request.headers['content-type'] ?? '') &&
          answer.by !== 'client' &&
          !answer.kind.startsWith('grpc-') &&
          PLAIN.has(answer.kind)),
    );
    if (one === undefined) return context.notApplicable('no request of gRPC was refused as such');
    if (one.answer.kind === 'grpc-unimplemented')
      return context.found({
        message: 'method',
        args: { object, method: quoted(one.url.path) },
        subject: CLIENT_REQUEST,
        certainty: 'confirmed',
        basis: 'the server answers gRPC, with UNIMPLEMENTED',
        cite: [citeExchange(one)],
        fixes: [
          changeTheRequest(
            'Call a method that the server has',
            'Use inference.GRPCInferenceService/ModelInfer (Open Inference Protocol), or tensorflow.serving.PredictionService/Predict with TensorFlow Serving',
          ),
        ],
      });
    const specs = tree.descendants.filter((found) => found.ref.kind === 'Revision' || found.ref.kind === 'Pod');
    const [spec] = specs;
    const common = {
      subject: context.on,
      consequence: 'REST requests to the same host are answered.',
      fixes: [namePort(context.on)],
    };
    return spec === undefined || specs.some(hasGrpcPort)
      ? context.found({
          message: 'plain',
          args: { object, status: one.answer.status ?? 0 },
          ...common,
          certainty: 'likely',
          basis: 'the answer to a gRPC request is no answer of gRPC',
          cite: [citeExchange(one)],
        })
      : context.found({
          message: 'port',
          args: { object },
          ...common,
          certainty: 'confirmed',
          basis: 'the answer to a gRPC request is plain HTTP, and no port is named h2c or grpc',
          cite: [citeExchange(one), spec.cite('ports of its containers', '/spec/containers')],
        });
  },
});

/** What a REST server or an HTTP/1 proxy makes of gRPC. */
const PLAIN = new Set([
  'path-unknown',
  'method-not-allowed',
  'content-type-refused',
  'upgrade-required',
  'upstream-protocol',
  'upstream-closed',
  'protocol-error',
  'failed',
  'input-refused',
]);

function hasGrpcPort(object: KubeObject): boolean {
  return listAt(object.body, 'spec', 'containers').some((container) =>
    listAt(container, 'ports').some((port) => /^(?:h2c|http2|grpc)/.test(textAt(port, 'name') ?? '')),
  );
}

function namePort(
  on: Parameters<typeof nameOf>[0] & { readonly namespace?: string },
): ReturnType<typeof changeTheObject> {
  return changeTheObject(
    on,
    'Declare the port for gRPC',
    'Name the port of the serving container h2c (Knative) or set appProtocol kubernetes.io/h2c (Service), with the number on which the server really speaks gRPC; leave it http1 where it speaks REST',
    'Makes a new revision.',
  );
}
