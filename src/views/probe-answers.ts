/**
 * What the logs of a Pod's containers tell about requests that were answered: paths with their status, and whether the server complains.
 * Reads access logs; a server that writes none leaves nothing here, which proves nothing.
 */
import type { Citation } from '../model/evidence.ts';
import { defineView, type LogText } from '../model/reader.ts';
import { listening } from './listening.ts';
import { parseAccessLine } from './parse/access-log.ts';
import { loadProgress } from './parse/load-progress.ts';
import { defaultMatcher } from './signals/index.ts';

export interface AnsweredPath {
  readonly path: string;
  readonly status: number;
  readonly cite: Citation;
}

export interface ProbeAnswers {
  readonly container: string;
  /** The newest line of each path and status. */
  readonly lines: readonly AnsweredPath[];
  /** GET requests that succeeded, those that look like checks of health first. */
  readonly good: readonly AnsweredPath[];
  /** The last line that tells of a failure. */
  readonly complaint?: Citation;
  readonly complaintText?: string;
  /** The end of the log tells of loading. */
  readonly loading?: { readonly text: string; readonly cite: Citation };
  /** FastAPI serves the list of its routes at /openapi.json. */
  readonly describesRoutes: boolean;
}

const MOST_LINES = 20_000;
/** Answered by every server of a framework, and no sign of its work. */
const NOT_THE_WORK = /^\/(?:metrics|docs|redoc|openapi\.json|favicon\.ico|robots\.txt|static\/.*)?$/;
const LIKE_HEALTH = /health|ready|live|alive|ping|status|startup/i;

export const probeAnswers = defineView<readonly ProbeAnswers[]>({
  id: 'probe-answers',
  needs: [],
  uses: [listening],
  derive(context, subject) {
    return context
      .use(listening, subject)
      .flatMap(({ container, log }) => (log.state === 'present' ? [answersIn(container, log.value)] : []));
  },
});

function answersIn(container: string, log: LogText): ProbeAnswers {
  const seen = new Map<string, AnsweredPath & { readonly method: string }>();
  const from = Math.max(0, log.lines.length - MOST_LINES);
  for (let index = from; index < log.lines.length; index += 1) {
    const line = parseAccessLine(log.lines[index] ?? '');
    if (line === undefined) continue;
    const cite = log.cite(`${line.method} ${line.path} is answered with ${line.status}`, index + 1);
    seen.set(`${line.method} ${line.path} ${line.status}`, { ...line, cite });
  }
  const lines = [...seen.values()];
  const good = lines.filter(
    (line) => line.method === 'GET' && line.status >= 200 && line.status < 300 && !NOT_THE_WORK.test(line.path),
  );
  const failing = defaultMatcher()
    .scan(log.text)
    .filter(
      (match) =>
        (match.signal.severity === 'fatal' || match.signal.severity === 'failing') &&
        parseAccessLine(match.text) === undefined,
    )
    .at(-1);
  const progress = loadProgress(log.lines);
  return {
    container,
    lines,
    good: good.toSorted((one, other) => Number(LIKE_HEALTH.test(other.path)) - Number(LIKE_HEALTH.test(one.path))),
    ...(failing === undefined
      ? {}
      : {
          complaint: log.cite(`the log complains: ${failing.signal.meaning}`, failing.line),
          complaintText: failing.text.trim().slice(0, 200),
        }),
    ...(progress === undefined
      ? {}
      : { loading: { text: progress.text, cite: log.cite('the log ends with loading', progress.line) } }),
    describesRoutes: /Uvicorn running on|FastAPI/.test(log.text),
  };
}
