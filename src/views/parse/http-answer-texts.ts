/**
 * The sentences by which model servers, routers and sidecars say why they refuse a request, as data: a pattern, what it means, who says it.
 * Fixed substrings of upstream sources, cited; it judges no status.
 */
import type { AnswerBy, AnswerKind } from './http-answer.ts';

export interface AnswerText {
  /** Group `model`: the model that the server does not know. */
  readonly pattern: RegExp;
  readonly kind: AnswerKind;
  readonly by: AnswerBy;
  /** Statuses with which it is said; any where left out. */
  readonly statuses?: readonly number[];
}

const NAME = String.raw`(?<model>[^'"\`\s\\]{1,300}?)`;

/** First match wins. */
export const ANSWER_TEXTS: readonly AnswerText[] = [
  // knative serving pkg/activator/handler and pkg/queue/sharedmain/handlers.go, cmd/activator/main.go; before 0.15 with status 503.
  { pattern: /^activator request timeout\b/, kind: 'timeout', by: 'activator' },
  { pattern: /^request timeout\s*$/, kind: 'timeout', by: 'queue-proxy', statuses: [503, 504] },
  // knative serving pkg/queue/breaker.go; `overload` until 0.8.
  { pattern: /^pending request queue full\b|^overload\s*$/, kind: 'queue-full', by: 'queue-proxy', statuses: [503] },
  { pattern: /^context deadline exceeded\s*$/, kind: 'no-capacity', by: 'activator', statuses: [503] },
  { pattern: /^Error getting active endpoint: .{0,200} not found/, kind: 'revision-gone', by: 'activator' },
  // knative.dev/pkg network/error_handler.go writes the error of the reverse proxy as the body.
  {
    pattern:
      /^(?:dial tcp \S{1,80}: |EOF\s*$|http: server closed idle connection|net\/http: HTTP\/1\.x transport connection broken)/,
    kind: 'container-unreachable',
    by: 'queue-proxy',
    statuses: [502, 503],
  },
  // envoy source/common/http/codes; istio security filters.
  { pattern: /^RBAC: access denied/, kind: 'forbidden', by: 'gateway' },
  {
    pattern: /^(?:Jwt (?:is|issuer|verification|header|payload|token|not)\b|Audiences in Jwt|Jwks )/,
    kind: 'unauthorized',
    by: 'gateway',
  },
  // azureml-inference-server-http server/routes.py.
  { pattern: /^Scoring timeout after [\d.]{1,12} ms/, kind: 'timeout', by: 'server', statuses: [500] },
  {
    pattern: /^Expects Content-Type to be application\/json/,
    kind: 'content-type-refused',
    by: 'server',
    statuses: [400, 415],
  },
  {
    pattern:
      /^(?:POST body (?:could not be decoded as JSON|is empty|should be a JSON)|A value is not provided for the )/,
    kind: 'input-refused',
    by: 'server',
    statuses: [400],
  },
  { pattern: /^no healthy upstream\b/, kind: 'no-upstream', by: 'gateway' },
  { pattern: /^(?:upstream request timeout|stream timeout|upstream timed out)\b/, kind: 'timeout', by: 'gateway' },
  {
    pattern: /^upstream connect error or disconnect\/reset before headers\b.{0,200}\boverflow\b/s,
    kind: 'overflow',
    by: 'gateway',
  },
  {
    pattern:
      /^upstream connect error or disconnect\/reset before headers\b.{0,200}(?:connection termination|remote reset)/s,
    kind: 'upstream-closed',
    by: 'gateway',
  },
  {
    pattern: /^upstream connect error or disconnect\/reset before headers\b.{0,200}protocol error/s,
    kind: 'upstream-protocol',
    by: 'gateway',
  },
  {
    pattern: /^upstream connect error or disconnect\/reset before headers\b/,
    kind: 'upstream-unreachable',
    by: 'gateway',
  },
  { pattern: /^default backend - 404\b/, kind: 'no-route', by: 'gateway' },
  // kserve cmd/router/main.go.
  { pattern: /None of the routes matched with the switch condition/, kind: 'graph-no-match', by: 'graph-router' },
  {
    pattern: /no route was selected by the splitter|invalid route type|"?Failed to process request"?/,
    kind: 'graph-step-failed',
    by: 'graph-router',
  },
  // kserve pkg/batcher/handler.go, in the agent.
  {
    pattern: /can'?t (?:read|Unmarshal) body|^no instances in the request/i,
    kind: 'batch-refused',
    by: 'agent',
    statuses: [400, 500],
  },
  // Context of a language model: vLLM, TGI, SGLang, llama.cpp.
  {
    pattern:
      /maximum context length is \d|longer than the (?:maximum model length|model's context length)|`?max_new_tokens`? must be <=|must have less than \d{1,9} tokens|exceeds? the (?:available|model'?s?) (?:maximum )?context/i,
    kind: 'context-too-long',
    by: 'server',
  },
  // A model that the server does not know. KServe python/kserve/kserve/errors.py, also as reason phrase of tornado (KFServing).
  { pattern: new RegExp(`Model with name ${NAME} does not exist`), kind: 'model-unknown', by: 'server' },
  // vLLM vllm/entrypoints/openai/serving_engine.py; OpenAI's own wording.
  { pattern: new RegExp('The model [`\'"]' + NAME + '[`\'"] does not exist'), kind: 'model-unknown', by: 'server' },
  // triton-inference-server core src/model_repository_manager; `version -1` where none was asked for.
  { pattern: new RegExp(`[Rr]equest for unknown model: '${NAME}'`), kind: 'model-unknown', by: 'server' },
  // tensorflow_serving/core/basic_manager.cc.
  {
    pattern: new RegExp(String.raw`Servable not found for request: (?:Latest|Specific)\(${NAME}[,)]`),
    kind: 'model-unknown',
    by: 'server',
  },
  // pytorch serve ModelNotFoundException; seldon mlserver/errors.py ModelNotFound; ollama server/routes.go.
  { pattern: new RegExp(String.raw`Model not found: ${NAME}(?=["'\s\\]|$)`), kind: 'model-unknown', by: 'server' },
  {
    pattern: new RegExp(
      String.raw`[Mm]odel ['"\\]{0,2}${NAME}['"\\]{0,2}(?: with version \S{1,50})? (?:is )?not found`,
    ),
    kind: 'model-unknown',
    by: 'server',
    statuses: [404],
  },
  { pattern: /[Mm]odel with requested name is not found/, kind: 'model-unknown', by: 'server' },
  // Known and not loaded. KServe errors.py; TorchServe; Triton.
  {
    pattern:
      /Model with name \S{1,300} is not ready|Server is not (?:ready|live)|has no worker to serve|has no available versions/,
    kind: 'model-not-ready',
    by: 'server',
  },
  { pattern: /Model versioning not supported|Unsupported protocol/, kind: 'unsupported', by: 'server' },
];

/**
 * What libraries say of an input that has the wrong shape, type or form, whatever the status: servers pass on the words of the library that
 * they call. Groups `got` and `wanted` where the sentence gives both.
 */
export const INPUT_TEXTS: readonly RegExp[] = [
  // scikit-learn sklearn/utils/validation.py.
  /X has (?<got>\d{1,9}) features?, but \w{1,80} is expecting (?<wanted>\d{1,9}) features?/,
  /Expected (?<wanted>\dD) array, got (?<got>\dD|scalar) array instead/,
  /Found array with dim (?<got>\d{1,3})[^.]{0,60}expected <= (?<wanted>\d)/,
  /could not convert string to float/,
  /Input (?:X )?contains NaN/,
  /feature names (?:should match|unseen at fit time)/i,
  // XGBoost, LightGBM.
  /Feature shape mismatch, expected: (?<wanted>\d{1,9}), got:? (?<got>\d{1,9})/,
  /number of features in data \((?<got>\d{1,9})\) is not the same as it was in training data \((?<wanted>\d{1,9})\)/,
  /feature_names mismatch/,
  // PyTorch.
  /mat1 and mat2 shapes cannot be multiplied \((?<got>\d{1,9}x\d{1,9}) and (?<wanted>\d{1,9}x\d{1,9})\)/,
  /expected scalar type (?<wanted>\w{1,20}) but found (?<got>\w{1,20})/,
  /expected input\[[^\]]{1,80}\] to have (?<wanted>\d{1,9}) channels, but got (?<got>\d{1,9})/i,
  // ONNX Runtime.
  /Got invalid dimensions for input/,
  /Unexpected input data type\. Actual: \((?<got>[\w()]{1,60})\) ?, expected: \((?<wanted>[\w()]{1,60})\)/,
  /Invalid rank for input: \S{1,200} Got: (?<got>\d{1,3}) Expected: (?<wanted>\d{1,3})/,
  // Triton core src/infer_request.cc.
  /unexpected shape for input '[^']{1,200}' for model '[^']{1,200}'\. Expected (?<wanted>\[[^\]]{0,100}\]), got (?<got>\[[^\]]{0,100}\])/,
  /data-type is '(?<got>\w{1,20})',? (?:but )?(?:model )?(?:'[^']{1,200}' )?expects '(?<wanted>\w{1,20})'/,
  /unexpected inference input '[^']{1,200}' for model/,
  /expected (?<wanted>\d{1,5}) inputs? but got (?<got>\d{1,5}) inputs? for model/,
  /failed to parse the request JSON buffer|Unable to parse '\w{1,40}'/,
  // tensorflow_serving/util/json_tensor.cc.
  /Failed to process element: \d{1,9} of 'instances' list/,
  /Missing 'inputs' or 'instances' key|JSON Value: .{0,200} Is not object|JSON Parse error/i,
  // kserve python/kserve/kserve/protocol/rest/v1_datamodels, dataplane.py.
  /Expected "(?:instances|inputs)"(?: or "(?:instances|inputs)")? to be a list/,
  /Unrecognized request format|Failed to decode or parse binary json cloudevent/,
  /Data size mismatch|is not a valid (?:JSON|json)|Expecting (?:value|property name)[^\n]{0,60}: line \d{1,9} column/,
  /(?:Missing|Field) required|field required|validation errors? for /i,
  /Tensor shape .{0,100}(?:mismatch|does not match)|inputs? shape .{0,100}(?:mismatch|does not match|incompatible)|Input to reshape is a tensor/i,
];
