/**
 * Reads from a log whether a process was still loading, and how long the rest takes by its own words. Responsible for the last lines of a log
 * only; that loading is what keeps a container from being Ready is for the rules to say.
 */
export interface LoadProgress {
  /** 1-based line that says it. */
  readonly line: number;
  readonly text: string;
  /** By the process' own words; absent where it gives no time. */
  readonly secondsLeft?: number;
}

const LOOK_BACK = 12;
const LONGEST_LINE = 500;
/** Words of work before serving: loading, fetching, compiling, warming up a model. */
const LOADING =
  /\b(?:(?:pre)?load(?:ing|s)?|download(?:ing)?|fetch(?:ing)?|warm(?:ing)?[- ]?up|compil(?:ing|ation)|captur(?:ing|e) cuda graphs?|initiali[sz]ing|convert(?:ing)?|quantiz(?:ing|ation)|building|shards?|checkpoints?|migrat(?:ing|ions?)|waiting for (?:application )?startup|invoking user's init function)\b/i;
/** Loading is over, or failed. `loaded shard 4 of 14` is loading still, and `gunicorn.error` is the name of a logger. */
const ENDED =
  /\b(?:loaded(?! (?:shard|checkpoint|layer)s? \d)|init has completed|startup complete|server started|ready to serve|listening|failed|(?<!\.)error|exception|traceback)\b/i;
/** `145 s left`, `20 seconds remaining`, `eta 40s`. */
const LEFT_AFTER = /(\d{1,6})(?:\.\d{1,6})? ?(s|secs?|seconds?|m|mins?|minutes?) (?:left|remaining|to go)\b/i;
const LEFT_BEFORE = /\b(?:eta|remaining)[: ]{1,3}(\d{1,6})(?:\.\d{1,6})? ?(s|secs?|seconds?|m|mins?|minutes?)\b/i;
/** tqdm `std.py` format_meter: `33%|███   | 1/3 [00:20<00:41, 20.6s/it]`. */
const TQDM = /\[(?:\d+:)?\d+:\d+<(?:(\d{1,4}):)?(\d{1,2}):(\d{2}),/;

/** The last line that speaks of loading, where nothing after it says that the loading ended. */
export function loadProgress(lines: readonly string[]): LoadProgress | undefined {
  let seen = 0;
  for (let index = lines.length - 1; index >= 0 && seen < LOOK_BACK; index -= 1) {
    // A progress bar overwrites itself with carriage returns: its last state counts.
    const text = (lines[index] ?? '').trimEnd().split('\r').at(-1)?.slice(0, LONGEST_LINE) ?? '';
    if (text.trim() === '') continue;
    seen += 1;
    if (ENDED.test(text)) return undefined;
    const left = secondsLeftIn(text);
    if (left === undefined && !LOADING.test(text)) continue;
    return { line: index + 1, text: text.trim(), ...(left === undefined ? {} : { secondsLeft: left }) };
  }
  return undefined;
}

function secondsLeftIn(text: string): number | undefined {
  const words = LEFT_AFTER.exec(text) ?? LEFT_BEFORE.exec(text);
  if (words?.[1] !== undefined) return Number(words[1]) * (words[2]?.toLowerCase().startsWith('m') ? 60 : 1);
  const bar = TQDM.exec(text);
  if (!bar) return undefined;
  return Number(bar[1] ?? 0) * 3600 + Number(bar[2]) * 60 + Number(bar[3]);
}
