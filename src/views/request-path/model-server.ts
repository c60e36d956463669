/**
 * What the log of a model server tells of it: whether it is KServe's Python server, which models it has, what it answered before, and how long
 * predictions take. Text only; every line may be cut off or come from elsewhere.
 */
import { parseAccessLine } from '../parse/access-log.ts';

export interface ServerLog {
  /** KServe's (or KFServing's) Python server, from its own lines. */
  readonly kserve: boolean;
  /** Models that it took up, with the line of the log. */
  readonly models: ReadonlyMap<string, number>;
  /** Models that it looked for and did not find, with the line. */
  readonly missing: ReadonlyMap<string, number>;
  /** It said which families of endpoints it does not have. */
  readonly withoutOpenai: boolean;
  /** The last answer to each `METHOD path`, with the line. */
  readonly answered: ReadonlyMap<string, { readonly status: number; readonly line: number }>;
  /** The last prediction whose time is told: seconds, and when. */
  readonly lastPrediction?: { readonly seconds: number; readonly at: string; readonly line: number };
}

const MOST_LINES = 20_000;
// kserve python/kserve/kserve/model_server.py register_model; kfserving kfserver.py has the same words.
const REGISTERED = /Registering model: ([\w.-]{1,120})/;
// kserve python/{sklearnserver,xgbserver,lgbserver}/*/__main__.py.
const NOT_FOUND = /(?:failed to locate model file for model|fail to (?:load|locate) model) ([\w.-]{1,120}?)(?: |,|$)/i;
const OF_KSERVE =
  /\bkserve(?:\.trace|\.errors)?\b.{0,20}(?:\[|requestId|kserve\.io|INFO|ERROR)|\[kfserver\.py|\bkfserving\.kfserver/;
// kserve python/kserve/kserve/protocol/rest/server.py: timing asgi middleware.
const WALL =
  /kserve\.trace \S{1,200}?[:.](?:predict|infer|explain)\S{0,20}: (\d{1,6}(?:\.\d{1,20})?(?:e-\d{1,3})?) \[.{0,120}time:wall/;

export function readServerLog(lines: readonly string[]): ServerLog {
  const models = new Map<string, number>();
  const missing = new Map<string, number>();
  const answered = new Map<string, { status: number; line: number }>();
  let kserve = false;
  let withoutOpenai = false;
  let lastPrediction: ServerLog['lastPrediction'];
  const from = Math.max(0, lines.length - MOST_LINES);
  for (const [index, whole] of lines.slice(from).entries()) {
    const line = from + index + 1;
    const text = whole.slice(0, 1000);
    if (!kserve && OF_KSERVE.test(text)) kserve = true;
    const registered = REGISTERED.exec(text)?.[1];
    if (registered !== undefined) {
      models.set(registered, line);
      kserve = true;
    }
    const lost = NOT_FOUND.exec(text)?.[1];
    if (lost !== undefined) missing.set(lost, line);
    if (text.includes('OpenAI endpoints not registered')) withoutOpenai = true;
    const wall = WALL.exec(text)?.[1];
    if (wall !== undefined) lastPrediction = { seconds: Number(wall), at: momentOf(text), line };
    const access = parseAccessLine(text);
    if (access !== undefined) answered.set(`${access.method} ${decoded(access.path)}`, { status: access.status, line });
  }
  return {
    kserve,
    models,
    missing,
    withoutOpenai,
    answered,
    ...(lastPrediction === undefined ? {} : { lastPrediction }),
  };
}

/** `2026-11-21T05:04:59`, of whatever form the line begins with; empty where there is none. */
function momentOf(line: string): string {
  const found = /(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})/.exec(line);
  return found === null ? '' : `${found[1]}T${found[2]}`;
}

/** Access logs write `%3A` for the colon of `:predict`; a broken escape stays as it is. */
export function decoded(path: string): string {
  return path.replace(/%3a/gi, ':').replace(/%2f/gi, '/').replace(/%20/g, ' ');
}

/**
 * Lines by which queue-proxy and the activator say that a request was not answered in time (knative serving pkg/http/handler/timeout.go): the
 * last, with the seconds that were allowed.
 */
export function lastTimeout(
  lines: readonly string[],
): { readonly seconds: number; readonly at: string; readonly line: number } | undefined {
  for (let index = lines.length - 1; index >= Math.max(0, lines.length - MOST_LINES); index -= 1) {
    const text = (lines[index] ?? '').slice(0, 1000);
    const found = /Request timeout: (?:(\d{1,5})m)?(\d{1,6}(?:\.\d{1,9})?)(ms|s)/.exec(text);
    if (found === null) continue;
    const amount = Number(found[2]) * (found[3] === 'ms' ? 0.001 : 1);
    return { seconds: Number(found[1] ?? 0) * 60 + amount, at: momentOf(text), line: index + 1 };
  }
  return undefined;
}

export interface ModelPath {
  readonly kind: 'predict' | 'metadata' | 'list' | 'health' | 'openai' | 'grpc' | 'other';
  readonly model?: string;
}

/** What a path asks of a KServe Python server (kserve python/kserve/kserve/protocol/rest/{v1,v2}_endpoints.py). */
export function modelPath(path: string): ModelPath {
  const bare = decoded(path.replace(/[?#].*$/, ''));
  const v1 = /^\/v1\/models\/([^/:]{1,200})(?::(predict|explain))?$/.exec(bare);
  if (v1?.[1] !== undefined) return { kind: v1[2] === undefined ? 'metadata' : 'predict', model: v1[1] };
  const v2 = /^\/v2\/models\/([^/]{1,200})(?:\/versions\/[^/]{1,80})?(?:\/(infer|generate|ready))?$/.exec(bare);
  if (v2?.[1] !== undefined)
    return { kind: v2[2] === undefined || v2[2] === 'ready' ? 'metadata' : 'predict', model: v2[1] };
  if (/^\/v[12]\/models\/?$/.test(bare)) return { kind: 'list' };
  if (bare === '/' || bare === '/v2' || bare === '/metrics' || /^\/v2\/health\/(?:live|ready)$/.test(bare))
    return { kind: 'health' };
  // `/inference.GRPCInferenceService/ModelInfer`: package, service and method (grpc/grpc doc/PROTOCOL-HTTP2.md).
  if (/^\/\w{1,100}(?:\.\w{1,100}){1,6}\/[A-Z]\w{0,100}$/.test(bare)) return { kind: 'grpc' };
  return { kind: bare.startsWith('/openai/') ? 'openai' : 'other' };
}
