/**
 * What a model server's log says about loading its model, as known signals that stand: nothing later in the log takes them back. Text only; whose
 * fault it is follows from `model-place.ts`.
 */
import type { Citation } from '../model/evidence.ts';
import type { LogHit, RunLog } from './run-log.ts';
import { MODEL_LOADED } from './running-logs.ts';
import type { SignalMatch } from './signals/index.ts';

export interface StandingSignal {
  readonly match: SignalMatch;
  readonly cite: Citation;
  /** What its groups call the model, where they do. */
  readonly model?: string;
}

/** Servers that say of a model that it cannot be loaded, and go on to say why. */
export const LOAD_FAILED: ReadonlySet<string> = new Set([
  'tensorflow-serving-load-failed',
  'triton-load-failed',
  'torchserve-load-failed',
  'mlserver-load-failed',
  'openvino-load-failed',
  'kserve-start-failed',
]);

/** How servers say that one named model is there: Triton, TensorFlow Serving, TorchServe, MLServer. */
const NAMED_LOADED =
  /successfully loaded (?:servable version \{name: )?'?(?<triton>[^\s'}]{1,200})|[Ll]oaded model '?(?<mlserver>[^\s']{1,200}?)'? success|[Mm]odel (?<torchserve>\S{1,200}) (?:is ready|loaded)/i;

/**
 * The last of the named signals that no later word of success takes back. A server may load one model and not the other, so where the signal names its
 * model only a success of that model counts; with `ever`, one before the signal counts as well.
 */
export function standingSignal(log: RunLog, ids: ReadonlySet<string>, ever = false): StandingSignal | undefined {
  const match = log.signals.findLast((candidate) => ids.has(candidate.signal.id));
  if (!match) return undefined;
  const { groups } = match;
  const model = groups['model'] ?? groups['directory'] ?? groups['named'];
  const from = ever ? 0 : match.line;
  for (let line = from; line < log.lines.length; line += 1) {
    const text = (log.lines[line] ?? '').slice(0, 1000);
    const named = model === undefined ? undefined : NAMED_LOADED.exec(text);
    if (named && Object.values(named.groups ?? {}).includes(model ?? '')) return undefined;
    if (model === undefined && MODEL_LOADED.test(text)) return undefined;
  }
  return {
    match,
    cite: log.cite(`log of container ${log.container}, line ${match.line}`, match.line),
    ...(model === undefined ? {} : { model }),
  };
}

/** The last hit where a run tells its end, or in the line in which its server says why a model is not loaded: Triton prints long tables after it. */
export function loadHit(log: RunLog, ...expressions: readonly RegExp[]): LogHit | undefined {
  const hit = log.ending(...expressions);
  if (hit) return hit;
  const failed = standingSignal(log, LOAD_FAILED);
  return failed && log.before(failed.match.line, 0, ...expressions);
}
