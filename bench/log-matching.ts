/**
 * Measures how fast the catalog's signals are found in a large mixed log, against one alternation of all expressions tried
 * on every line. Responsible for generating the log (always the same) and for the figures; judges nothing.
 */
import { buildMatcher } from '../src/views/signals/match.ts';
import { signals } from '../src/views/signals/catalog/index.ts';
import type { Signal } from '../src/views/signals/signal.ts';

export interface LogMatchingFigures {
  /** Size of the scanned log, 10^6 bytes. */
  readonly megabytes: number;
  readonly megabytesPerSecond: number;
  /** One alternation a line over a 5 MB slice of the same log. */
  readonly baselineMegabytesPerSecond: number;
  readonly signals: number;
}

const LOG_BYTES = 50_000_000;
const SLICE_BYTES = 5_000_000;
/** One line in 500 is a signal's sample: 0.2 %. */
const SAMPLE_EVERY = 500;

/** Lines that healthy model servers print; `#` stands for a number. */
const BENIGN = [
  'INFO 08-12 10:#:# [loggers.py:118] Engine 000: Avg prompt throughput: #.# tokens/s, Avg generation throughput: #.# tokens/s, Running: # reqs, Waiting: 0 reqs, GPU KV cache usage: #.#%, Prefix cache hit rate: #.#%',
  'INFO:     10.244.0.#:# - "POST /v1/chat/completions HTTP/1.1" 200 OK',
  'INFO:     10.244.0.#:# - "GET /health HTTP/1.1" 200 OK',
  'INFO:     10.244.0.#:# - "GET /metrics HTTP/1.1" 200 OK',
  'INFO 08-12 10:#:# [async_llm.py:271] Added request chatcmpl-#f3a# with prompt of # tokens.',
  'worker-0:#:# [#] NCCL INFO Channel 0#/0 : #[#] -> #[#] via P2P/CUMEM/read',
  'worker-0:#:# [#] NCCL INFO comm 0x7f#a# rank # nranks 8 cudaDev # busId #000 commId 0x#e# - Init COMPLETE',
  '2026-11-21 04:#:#,# INFO inference scored batch # in # ms, mean score 0.#, model loaded from /app/models/model-#.joblib',
  '{"level":"info","ts":"2026-11-21T04:#:#.#Z","logger":"controller","msg":"reconciled","name":"model-#","duration":"#ms"}',
  'Loading safetensors checkpoint shards:  #% Completed | #/# [00:#<00:#,  1.#s/it]',
  '[I 2026-11-21 04:#:#] drift report written: # columns, share of drifted columns 0.#, took # ms',
];

/** A linear congruential generator (Numerical Recipes' constants): the same log on every machine. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

/** About `bytes` characters of log, all of one byte as logs mostly are. */
function mixedLog(bytes: number, catalog: readonly Signal[]): string {
  const next = numbers(7);
  const lines: string[] = [];
  const samples = catalog.map(({ sample }) => sample.replaceAll(/[^\t\x20-\x7e]/g, '?'));
  for (let size = 0, count = 1; size < bytes; count++) {
    const benign = BENIGN[next() % BENIGN.length] ?? '';
    const sample = samples[next() % Math.max(1, samples.length)] ?? benign;
    const line = count % SAMPLE_EVERY === 0 ? sample : benign.replaceAll('#', () => String(next() % 1000));
    lines.push(line);
    size += line.length + 1;
  }
  // Through bytes: joining leaves a rope, and a log that was read from a disk or a socket is flat.
  return Buffer.from(`${lines.join('\n')}\n`).toString('latin1');
}

/** Two expressions at most, for those that ignore case and those that do not; named groups would clash and become plain ones. */
function alternations(catalog: readonly Signal[]): RegExp[] {
  const byFlags = new Map<string, string[]>();
  for (const { regex } of catalog) {
    if (/\\k<|\\[1-9]/.test(regex.source)) continue;
    const source = regex.source.replaceAll(/\(\?<(?![=!])[^>]+>/g, '(?:');
    const flags = regex.flags.replaceAll(/[^iu]/g, '');
    byFlags.set(flags, [...(byFlags.get(flags) ?? []), `(?:${source})`]);
  }
  return [...byFlags].map(([flags, sources]) => new RegExp(sources.join('|'), flags));
}

function secondsFor(work: () => void): number {
  const start = performance.now();
  work();
  return (performance.now() - start) / 1000;
}

/** Runs both methods once over the same generated log. Takes a few seconds. */
export async function benchLogMatching(): Promise<LogMatchingFigures> {
  const log = mixedLog(LOG_BYTES, signals);
  const slice = log.slice(0, SLICE_BYTES);
  const matcher = buildMatcher(signals);
  matcher.scan(slice);
  const seconds = secondsFor(() => matcher.scan(log));

  const baseline = alternations(signals);
  let lines = 0;
  const baselineSeconds = secondsFor(() => {
    for (const line of slice.split('\n')) {
      if (baseline.some((regex) => regex.test(line))) lines += 1;
    }
  });
  if (signals.length > 0 && lines === 0) throw new Error('the baseline found no line: the figures would mean nothing');
  return {
    megabytes: log.length / 1e6,
    megabytesPerSecond: log.length / 1e6 / seconds,
    baselineMegabytesPerSecond: slice.length / 1e6 / baselineSeconds,
    signals: signals.length,
  };
}

if (process.argv[1]?.includes('log-matching')) {
  const { megabytes, megabytesPerSecond, baselineMegabytesPerSecond, signals: count } = await benchLogMatching();
  process.stdout.write(
    `log matching: ${count} signals over ${megabytes.toFixed(0)} MB at ${megabytesPerSecond.toFixed(0)} MB/s; ` +
      `one alternation a line: ${baselineMegabytesPerSecond.toFixed(1)} MB/s\n`,
  );
}
