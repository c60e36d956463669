/**
 * Takes the URL of a request to a model server apart: host, path, and which model it asks for in which protocol. Pure text; it does not know
 * whether anything answers there.
 */

export interface UrlParts {
  readonly scheme: string;
  /** In lower case, without port; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port?: number;
  /** As sent, with its percent signs, without the query; `/` at least. */
  readonly path: string;
}

/** The protocols that model servers speak over HTTP: KServe v1 (TensorFlow Serving's), the Open Inference Protocol, OpenAI's, TorchServe's. */
export type InferenceProtocol = 'v1' | 'v2' | 'openai' | 'torchserve';

export interface InferencePath {
  readonly protocol: InferenceProtocol;
  /** What is asked of the model: `predict`, `infer`, `chat/completions`; absent where the path only asks about it. */
  readonly verb?: string;
  /** Decoded; OpenAI's stands in the body. */
  readonly model?: string;
  readonly version?: string;
  /** The path asks which models there are. */
  readonly lists: boolean;
  /** `%3A` stands where a colon should: many servers take it for a part of the model's name. */
  readonly encodedColon: boolean;
}

const URL =
  /^([a-z][a-z0-9+.-]{0,20}):\/\/(?:[^\s/?#@]{0,300}@)?(\[[0-9a-f:.%]{2,60}\]|[^\s/?#:@]{1,300})(?::(\d{1,5}))?(\/[^\s?#]{0,2000})?/i;

/** Undefined where it is no absolute URL. */
export function urlParts(url: string): UrlParts | undefined {
  const match = URL.exec(url.slice(0, 3000));
  if (!match) return undefined;
  const [, scheme = '', host = '', port, path = '/'] = match;
  return {
    scheme: scheme.toLowerCase(),
    host: host
      .toLowerCase()
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, ''),
    ...(port === undefined ? {} : { port: Number(port) }),
    path,
  };
}

const SEGMENT = String.raw`[^/?#\s]{1,300}`;
/** kserve python/kserve/kserve/protocol/rest/server.py; tensorflow_serving/model_servers/http_rest_api_handler.cc; also behind a prefix. */
const V1 = new RegExp(
  String.raw`(?:^|/)v1/models(?:/(${SEGMENT}?)(?:/(?:versions|labels)/([^/?#\s:%]{1,100}))?(?:(:|%3a)(predict|explain|classify|regress)|/metadata)?)?/?$`,
  'i',
);
/** Open Inference Protocol, kserve docs/predict-api/v2/rest_predict_v2.yaml; generate is Triton's. */
const V2 = new RegExp(
  String.raw`(?:^|/)v2(?:/(?:models(?:/(${SEGMENT})(?:/versions/([^/?#\s]{1,100}))?(?:/(infer|generate|generate_stream|explain|ready|stats|config))?)?|health/(?:live|ready)|repository/.{1,200}))?/?$`,
  'i',
);
/** vLLM vllm/entrypoints/openai/api_server.py; KServe puts /openai before it. */
const OPENAI =
  /(?:^|\/)v1\/(chat\/completions|completions|embeddings|rerank|responses|audio\/transcriptions|score|classify|tokenize|models)\/?$/i;
/** pytorch serve docs/inference_api.md. */
const TORCHSERVE = new RegExp(String.raw`(?:^|/)(?:predictions|explanations)/(${SEGMENT})(?:/([^/?#\s]{1,100}))?/?$`);
const BODY_MODEL = /"model"\s{0,5}:\s{0,5}"([^"\\]{1,300})"/;

/** Undefined where the path belongs to none of the protocols. `body` tells the model of an OpenAI request. */
export function inferencePath(path: string, body = ''): InferencePath | undefined {
  const openai = OPENAI.exec(path);
  const isOpenai = openai !== null && (openai[1]?.toLowerCase() !== 'models' || /(?:^|\/)openai\/v1\//i.test(path));
  if (isOpenai) {
    const verb = openai[1]?.toLowerCase();
    const model = BODY_MODEL.exec(body)?.[1];
    return {
      protocol: 'openai',
      ...(verb === undefined || verb === 'models' ? {} : { verb }),
      ...(model === undefined ? {} : { model }),
      lists: verb === 'models',
      encodedColon: false,
    };
  }
  const v1 = V1.exec(path);
  if (v1) return modelPath('v1', v1[1], v1[2], v1[4], v1[3]?.toLowerCase() === '%3a');
  const v2 = V2.exec(path);
  if (v2) {
    const verb = v2[3]?.toLowerCase();
    return modelPath(
      'v2',
      v2[1],
      v2[2],
      verb === 'ready' || verb === 'stats' || verb === 'config' ? undefined : verb,
      false,
    );
  }
  const torch = TORCHSERVE.exec(path);
  return torch ? modelPath('torchserve', torch[1], torch[2], 'predict', false) : undefined;
}

function modelPath(
  protocol: InferenceProtocol,
  model: string | undefined,
  version: string | undefined,
  verb: string | undefined,
  encodedColon: boolean,
): InferencePath {
  return {
    protocol,
    ...(verb === undefined ? {} : { verb: verb.toLowerCase() }),
    ...(model === undefined || model === '' ? {} : { model: decoded(model) }),
    ...(version === undefined ? {} : { version }),
    lists: (model === undefined || model === '') && verb === undefined,
    encodedColon,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that encodes nothing.
    return text;
  }
}
