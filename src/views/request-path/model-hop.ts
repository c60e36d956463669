/**
 * The last hop: what the model server answers to the method, the path and the content type, from its log and its arguments. It predicts for KServe's
 * Python server; of other servers it only repeats what their own log says of the same request.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { listAt } from '../../model/json.ts';
import type { KubeObject, LogText, ViewContext } from '../../model/reader.ts';
import type { ContainerState } from '../pod-state.ts';
import { decoded, modelPath, readServerLog, type ServerLog } from './model-server.ts';
import { fact, failing, passing, unknownHop, type Hop, type HopAnswer } from './path-types.ts';

export interface ModelRequest {
  readonly path: string;
  readonly method: string;
  readonly contentType?: string;
}

export interface ServedBy {
  readonly pod: KubeObject;
  readonly container: ContainerState;
}

export function modelHop(context: ViewContext, served: ServedBy, request: ModelRequest): Hop {
  const found = context.log(served.pod.ref, served.container.name, false);
  const common = {
    id: 'model' as const,
    title: 'model',
    object: served.pod.ref,
    facts: [],
  };
  const log = found.state === 'present' ? readServerLog(found.value.lines) : undefined;
  const named = nameOfArguments(served.container);
  const pythonServer = log?.kserve === true || (log === undefined && isRuntimeImage(served.container.image));
  if (!pythonServer) return otherServer(common, log, found, request);
  const answer = kserveAnswer(log, found, named, served, request);
  const facts = [
    ...common.facts,
    ...fact('models', log === undefined ? named?.name : [...log.models.keys()].join(', ') || 'none'),
  ];
  if (answer.state === 'unknown') return unknownHop({ ...common, facts, says: answer.says, gaps: answer.gaps });
  if (answer.state === 'passes')
    return passing({ ...common, facts, says: answer.says, citations: answer.citations, gaps: answer.gaps });
  return failing({
    ...common,
    facts,
    says: answer.says,
    citations: answer.citations,
    answer: answer.answer,
    ...(answer.todo === undefined ? {} : { todo: answer.todo }),
  });
}

type Judged =
  | {
      readonly state: 'passes';
      readonly says: string;
      readonly citations: readonly Citation[];
      readonly gaps: readonly EvidenceGap[];
    }
  | {
      readonly state: 'fails';
      readonly says: string;
      readonly citations: readonly Citation[];
      readonly answer: HopAnswer;
      readonly todo?: string;
    }
  | { readonly state: 'unknown'; readonly says: string; readonly gaps: readonly EvidenceGap[] };

/** kserve python/kserve/kserve/errors.py, protocol/rest/{server,v1_endpoints,v2_endpoints}.py, protocol/dataplane.py. */
function kserveAnswer(
  log: ServerLog | undefined,
  found: Lookup<LogText>,
  named: NamedModel | undefined,
  served: ServedBy,
  request: ModelRequest,
): Judged {
  const asked = modelPath(request.path);
  const gaps = found.state === 'unknown' ? [found.gap] : [];
  const passes = (says: string, citations: readonly Citation[] = []): Judged => ({
    state: 'passes',
    says,
    citations,
    gaps,
  });
  const line = (label: string, number: number): readonly Citation[] =>
    found.state === 'present' ? [found.value.cite(label, number)] : [];
  const post = request.method === 'POST';
  if (asked.kind === 'health' || asked.kind === 'list')
    return request.method === 'GET' || request.method === 'HEAD'
      ? passes('The server answers this path whatever models it has')
      : notAllowed(request, 'GET');
  if (asked.kind === 'openai')
    return log?.withoutOpenai === true
      ? noPath(request, 'the server has no OpenAI endpoints')
      : { state: 'unknown', says: 'Whether the server has OpenAI endpoints was not read', gaps };
  if (asked.kind === 'grpc')
    return { state: 'unknown', says: 'Which gRPC methods the server has is not in its log', gaps };
  const { model } = asked;
  if (asked.kind === 'other' || model === undefined)
    return noPath(request, 'KServe serves /v1/models/NAME:predict and /v2/models/NAME/infer');
  if (asked.kind === 'predict' && !post) return notAllowed(request, 'POST');
  if (asked.kind === 'metadata' && post) return notAllowed(request, 'GET');
  const registered = log?.models.get(model);
  const whole = found.state === 'present' && (found.value.complete || (log !== undefined && log.models.size > 0));
  if (registered === undefined && log !== undefined) {
    if (!whole)
      return {
        state: 'unknown',
        says: `The beginning of the log is cut off: whether the server has the model ${model} is not known`,
        gaps,
      };
    const lost = [...log.missing.entries()][0];
    const models = [...log.models.entries()];
    return {
      state: 'fails',
      says:
        lost !== undefined && models.length === 0
          ? `The server found no file of the model ${lost[0]} and started without any model`
          : models.length === 0
            ? 'The server started without any model'
            : `The path names the model ${model}; the server has ${models.map(([name]) => name).join(', ')}`,
      citations:
        lost !== undefined
          ? line('no model file', lost[1])
          : models[0] !== undefined
            ? line('the model that it has', models[0][1])
            : wholeLog(found),
      answer: { status: 404, flag: '-', words: `Model with name ${model} does not exist.` },
      todo:
        models.length === 0
          ? 'Upload the model file, or point storageUri to the directory that holds it'
          : `Call ${request.path.replace(model, models[0]?.[0] ?? 'NAME')}`,
    };
  }
  if (log === undefined && named !== undefined && named.name !== model)
    return {
      state: 'fails',
      says: `The path names the model ${model}; the server is started with --model_name ${named.name}`,
      citations: [named.cite(served.pod)],
      answer: { status: 404, flag: '-', words: `Model with name ${model} does not exist.` },
      todo: `Call ${request.path.replace(model, named.name)}`,
    };
  if (log === undefined && named === undefined)
    return { state: 'unknown', says: 'Which models the server has was not read', gaps };
  // dataplane.py decode_body: with a content type that is not JSON the body stays bytes, and the model gets what it cannot compute with.
  const type = request.contentType?.toLowerCase() ?? '';
  if (asked.kind === 'predict' && type !== '' && !type.includes('json') && !type.includes('octet-stream'))
    return {
      state: 'fails',
      says: `The body is not read as JSON: its Content-Type is ${request.contentType ?? ''}`,
      citations: registered === undefined ? [] : line('the server, which decodes by Content-Type', registered),
      answer: { status: 500, flag: '-', words: 'the model gets raw bytes' },
      todo: 'Send Content-Type: application/json',
    };
  return passes(
    asked.kind === 'predict'
      ? `The server has the model ${model}`
      : `The server has the model ${model} and tells of it`,
    registered === undefined
      ? named === undefined
        ? []
        : [named.cite(served.pod)]
      : line('the model is registered', registered),
  );
}

function wholeLog(found: Lookup<LogText>): readonly Citation[] {
  return found.state === 'present' ? [found.value.citeWhole('no model is registered in it')] : [];
}

/** FastAPI's own answers. */
function noPath(request: ModelRequest, why: string): Judged {
  return {
    state: 'fails',
    says: `The server does not know the path ${request.path}: ${why}`,
    citations: [],
    answer: { status: 404, flag: '-', words: '{"detail":"Not Found"}' },
  };
}

function notAllowed(request: ModelRequest, wanted: string): Judged {
  return {
    state: 'fails',
    says: `The path is for ${wanted}; the request is a ${request.method}`,
    citations: [],
    answer: { status: 405, flag: '-', words: '{"detail":"Method Not Allowed"}' },
    todo: `Send a ${wanted}`,
  };
}

type Common = Pick<Hop, 'id' | 'title' | 'facts' | 'object'>;

/** Of a server that is not known, its own log is the witness: what it answered to the same before. */
function otherServer(common: Common, log: ServerLog | undefined, found: Lookup<LogText>, request: ModelRequest): Hop {
  const before = log?.answered.get(`${request.method} ${decoded(request.path.replace(/[?#].*$/, ''))}`);
  if (before === undefined || found.state !== 'present')
    return unknownHop({
      ...common,
      says: 'What this server answers to the path is not known: it is not KServe’s, and its log shows no such request',
      gaps: found.state === 'unknown' ? [found.gap] : [],
    });
  const citations = [found.value.cite(`answered with ${before.status}`, before.line)];
  if (before.status < 400)
    return passing({ ...common, says: `The server answered the same with ${before.status} before`, citations });
  return failing({
    ...common,
    says: `The server answered the same with ${before.status} before`,
    citations,
    answer: { status: before.status, flag: '-', words: 'as its log says of the same request' },
  });
}

interface NamedModel {
  readonly name: string;
  cite(pod: KubeObject): Citation;
}

/** `--model_name=x`, `--model-name x`. */
function nameOfArguments(container: ContainerState): NamedModel | undefined {
  for (const field of ['args', 'command'] as const) {
    const words = listAt(container.spec, field).map((word) => (typeof word === 'string' ? word : ''));
    for (const [index, word] of words.entries()) {
      const name =
        /^--model[_-]name=(.{1,200})$/.exec(word)?.[1] ??
        (/^--model[_-]name$/.test(word) ? words[index + 1] : undefined);
      if (name !== undefined && name !== '')
        return { name, cite: (pod) => pod.cite('the name of the model', `${container.specPointer}/${field}/${index}`) };
    }
  }
  return undefined;
}

/** Images of KServe's own Python servers (kserve config/runtimes). */
function isRuntimeImage(image: string): boolean {
  return /(?:^|\/)(?:sklearnserver|xgbserver|lgbserver|pmmlserver|paddleserver|huggingfaceserver|predictiveserver)(?:[:@-]|$)/.test(
    image,
  );
}
