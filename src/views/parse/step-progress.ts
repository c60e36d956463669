/**
 * Reads from a log how many of how many steps a load has done: `loaded shard 4 of 14`, `Loading checkpoint shards: 33% … 1/3`. Pure; whether the
 * load is what is waited for is for the rules to say.
 */
export interface StepProgress {
  /** 1-based line that says it. */
  readonly line: number;
  readonly text: string;
  readonly done: number;
  readonly of: number;
}

const LOOK_BACK = 12;
const LONGEST_LINE = 500;
/** Words of work before serving, with a count beside them. */
const STEPS =
  /\b(?:load(?:ed|ing|s)?|shards?|checkpoints?|weights?|layers?|parts?|files?|fetch(?:ed|ing)?|download(?:ed|ing)?|tensors?|warm(?:ed|ing)?|captur(?:ed|ing)|compil(?:ed|ing)|batch(?:es)?)\b/i;
const OF = /(?:^|[^\d./])(\d{1,6}) ?(?:of|\/) ?(\d{1,6})(?![\d./])/i;
/** What a server says when its load is over, or failed. */
const OVER =
  /\b(?:startup complete|server started|ready to serve|listening|serving on|running on|uvicorn running|error|exception|traceback|fatal|panic|killed)\b/i;

/** The last count of the log that is not yet full, where nothing after it says that the load ended. */
export function stepProgress(lines: readonly string[]): StepProgress | undefined {
  let seen = 0;
  for (let index = lines.length - 1; index >= 0 && seen < LOOK_BACK; index -= 1) {
    // A progress bar overwrites itself with carriage returns: its last state counts.
    const text = (lines[index] ?? '').trimEnd().split('\r').at(-1)?.slice(0, LONGEST_LINE) ?? '';
    if (text.trim() === '') continue;
    seen += 1;
    if (OVER.test(text)) return undefined;
    const count = STEPS.test(text) ? OF.exec(text) : null;
    if (!count) continue;
    const done = Number(count[1]);
    const of = Number(count[2]);
    return done < of ? { line: index + 1, text: text.trim(), done, of } : undefined;
  }
  return undefined;
}
