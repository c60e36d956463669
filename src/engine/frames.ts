/**
 * Turns citations into frames: the quoted lines of the cluster that prove a finding, numbered once per diagnosis. Quotes verbatim and
 * bounded; it interprets nothing.
 */
import type { Citation, Evidence, ExchangeEvidence, LogEvidence, ObjectEvidence, Snapshot } from '../model/evidence.ts';
import { at, isObject, textAt } from '../model/json.ts';
import { severalOf } from '../model/kinds.ts';
import type { ReportFrame } from '../model/report-schema.ts';
import { refLabel } from '../model/reference.ts';

const MOST_LINES = 8;
const LONGEST_LINE = 400;

export interface FrameBook {
  /** Number of the frame for a citation; the same citation keeps its number. */
  number(citation: Citation): number;
  readonly frames: readonly ReportFrame[];
}

export function createFrameBook(
  evidence: ReadonlyMap<string, Evidence>,
  snapshot: Pick<Snapshot, 'takenAt'>,
): FrameBook {
  const frames: ReportFrame[] = [];
  const known = new Map<string, number>();
  return {
    frames,
    number(citation) {
      const key = `${citation.evidence}#${JSON.stringify(citation.at)}`;
      const existing = known.get(key);
      if (existing !== undefined) return existing;
      const number = frames.length + 1;
      known.set(key, number);
      frames.push(frameOf(number, citation, evidence.get(citation.evidence), snapshot.takenAt));
      return number;
    },
  };
}

function frameOf(number: number, citation: Citation, evidence: Evidence | undefined, takenAt: string): ReportFrame {
  const base = { number, evidence: citation.evidence, label: citation.label };
  if (evidence === undefined) return { ...base, title: citation.label, note: '', lines: [] };
  switch (evidence.type) {
    case 'object':
      return evidence.subject.kind === 'Event'
        ? { ...base, ...eventFrame(evidence) }
        : {
            ...base,
            title: titleOf(evidence),
            note: `read at ${clock(takenAt)}`,
            lines: objectLines(evidence, citation),
          };
    case 'log':
      return { ...base, ...logFrame(evidence, citation) };
    case 'log-refusal':
      return {
        ...base,
        title: `log of container ${evidence.container}`,
        note: 'refused by the API',
        lines: [{ text: evidence.message, marked: true }],
      };
    case 'registry':
      return {
        ...base,
        title: `registry ${evidence.host}: ${evidence.repository} ${evidence.what} ${evidence.reference}`,
        note: `answered ${evidence.status}`,
        lines: yamlLines(evidence.body)
          .slice(0, MOST_LINES)
          .map((text) => ({ text, marked: false })),
      };
    case 'output':
      return {
        ...base,
        title: evidence.command || 'output',
        note: 'as printed',
        lines: outputLines(evidence.text, citation),
      };
    case 'exchange':
      return { ...base, ...exchangeFrame(evidence) };
    case 'absence':
      return {
        ...base,
        title: `${refLabel(evidence.subject)}`,
        note: `looked for at ${clock(takenAt)}`,
        lines: [{ text: 'not found (404)', marked: true }],
      };
    case 'list':
      return {
        ...base,
        title: `list of ${severalOf(evidence.kind)}`,
        note: `read whole at ${clock(takenAt)}`,
        lines: [{ text: citation.label, marked: true }],
      };
  }
}

function titleOf(evidence: ObjectEvidence): string {
  const { subject } = evidence;
  return `${subject.kind} ${subject.namespace === undefined ? '' : `${subject.namespace}/`}${subject.name}`;
}

function clock(timestamp: string): string {
  return timestamp.slice(11, 19) || timestamp;
}

function eventFrame(evidence: ObjectEvidence): Pick<ReportFrame, 'title' | 'note' | 'lines'> {
  const { body } = evidence;
  const involved = at(body, 'involvedObject') ?? at(body, 'regarding');
  const count = at(body, 'series', 'count') ?? at(body, 'count') ?? at(body, 'deprecatedCount') ?? 1;
  const last =
    textAt(body, 'series', 'lastObservedTime') ??
    textAt(body, 'lastTimestamp') ??
    textAt(body, 'eventTime') ??
    textAt(body, 'metadata', 'creationTimestamp') ??
    '';
  const times = typeof count === 'number' && count > 1 ? `${count} times, last at ` : 'at ';
  return {
    title: `event of ${textAt(involved, 'kind') ?? ''} ${textAt(involved, 'name') ?? ''}`,
    note: `${times}${clock(last)}`,
    lines: [
      {
        text: bounded(
          `${textAt(body, 'type') ?? ''} ${textAt(body, 'reason') ?? ''}: ${textAt(body, 'message') ?? textAt(body, 'note') ?? ''}`,
        ),
        marked: true,
      },
    ],
  };
}

function logFrame(evidence: LogEvidence, citation: Citation): Pick<ReportFrame, 'title' | 'note' | 'lines'> {
  const lines = evidence.text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const [from, to] =
    citation.at.kind === 'lines' ? [citation.at.from, citation.at.to] : [Math.max(1, lines.length - 3), lines.length];
  const marked = citation.at.kind === 'lines';
  // A long run of marked lines is shown by its last ones: in a traceback the exception stands at the end.
  const first = Math.max(1, Math.min(from - (to - from >= MOST_LINES - 1 ? 0 : 1), to), to - MOST_LINES + 1);
  const shown = lines.slice(first - 1, to).map((text, index) => ({
    number: first + index,
    text: bounded(text),
    marked: marked && first + index >= from && first + index <= to,
  }));
  const whole =
    evidence.completeness.kind === 'complete'
      ? `complete, ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`
      : `the last ${lines.length} lines`;
  return {
    title: `${evidence.previous ? 'previous log' : 'log'} of container ${evidence.container}, Pod ${evidence.subject.name}`,
    note: whole,
    lines: shown,
  };
}

function outputLines(text: string, citation: Citation): ReportFrame['lines'] {
  const lines = text.split('\n');
  const [from, to] = citation.at.kind === 'lines' ? [citation.at.from, citation.at.to] : [1, lines.length];
  return lines
    .slice(from - 1, Math.min(to, from - 1 + MOST_LINES))
    .map((line) => ({ text: bounded(line), marked: true }));
}

/**
 * As curl -v shows it: what was sent, what came back, and what the gateway wrote of it. The body that was sent is the users' own and stays out: a
 * report is passed on.
 */
function exchangeFrame({
  request,
  response,
  error,
  seconds,
  accessLog,
}: ExchangeEvidence): Pick<ReportFrame, 'title' | 'note' | 'lines'> {
  const type = request.headers['content-type'];
  const answer =
    response === undefined
      ? `no answer: ${error ?? 'the client says nothing more'}`
      : `${response.status} ${response.body}`;
  const sent = `> ${request.method} ${request.url}${type === undefined ? '' : ` (content-type: ${type})`}`;
  return {
    title: bounded(`request ${request.method} ${request.url}`),
    note: seconds === undefined ? 'as sent' : `took ${seconds} s`,
    lines: [
      { text: bounded(sent), marked: false },
      { text: bounded(`< ${oneLine(answer)}`), marked: true },
      ...accessLog.slice(0, 2).map((line) => ({ text: bounded(`gateway: ${oneLine(line)}`), marked: false })),
    ],
  };
}

function oneLine(text: string): string {
  return text
    .slice(0, 4 * LONGEST_LINE)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function objectLines(evidence: ObjectEvidence, citation: Citation): ReportFrame['lines'] {
  if (citation.at.kind !== 'pointer' || citation.at.pointer === '') return wholeObjectLines(evidence, citation.label);
  const steps = citation.at.pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value: unknown = evidence.body;
  const names: string[] = [];
  for (const step of steps) {
    const inArray = Array.isArray(value);
    value = inArray && /^\d+$/.test(step) ? at(value, Number(step)) : at(value, step);
    // A list entry is named by what it is called, as kubectl users know it.
    names.push(inArray ? (textAt(value, 'name') ?? textAt(value, 'type') ?? step) : step);
  }
  const place = names.join('.');
  if (Array.isArray(value) ? value.length === 0 : !isObject(value) || Object.keys(value).length === 0)
    return [{ text: bounded(`${place}: ${value === undefined ? '(not set)' : scalar(value)}`), marked: true }];
  return [
    { text: `${place}:`, marked: false },
    ...yamlLines(value)
      .slice(0, MOST_LINES)
      .map((text) => ({ text: `  ${text}`, marked: true })),
  ];
}

/** Of a Secret or a ConfigMap the keys are what a finding is about; their values are never shown. */
function wholeObjectLines(evidence: ObjectEvidence, label: string): ReportFrame['lines'] {
  const keys =
    at(evidence.body, 'inferscopeKeys') ??
    (evidence.subject.kind === 'ConfigMap' ? (at(evidence.body, 'data') ?? {}) : undefined);
  if (!isObject(keys)) return [{ text: label, marked: true }];
  const names = Object.keys(keys);
  return [
    {
      text:
        names.length === 0 ? 'keys: (none)' : `keys: ${names.slice(0, 20).join(', ')}${names.length > 20 ? ' …' : ''}`,
      marked: true,
    },
  ];
}

/** Of what is too long both ends stay: who speaks stands at the start, what went wrong at the end. */
function bounded(text: string): string {
  const half = LONGEST_LINE / 2;
  return text.length > LONGEST_LINE ? `${text.slice(0, half)}…${text.slice(-half)}` : text;
}

/** Fields that tell machines apart and prove nothing to a person. */
const NOISE: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'managedFields',
  'containerID',
  'imageID',
  'lastProbeTime',
  'lastUpdateTime',
]);

function isTelling(key: string, value: unknown): boolean {
  return !NOISE.has(key) && value !== null && !(isObject(value) && Object.keys(value).length === 0);
}

function scalar(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A small YAML-like printing for reading, bounded in depth and length; not for parsing again. */
function yamlLines(value: unknown, depth = 0): string[] {
  const indent = '  '.repeat(depth);
  if (depth > 5) return [`${indent}…`];
  if (Array.isArray(value)) {
    return value.slice(0, MOST_LINES).flatMap((entry) => {
      const [first = '', ...rest] = yamlLines(entry, depth + 1);
      return [`${indent}- ${first.trimStart()}`, ...rest];
    });
  }
  if (isObject(value)) {
    return Object.entries(value)
      .filter(([key, entry]) => isTelling(key, entry))
      .slice(0, 2 * MOST_LINES)
      .flatMap(([key, entry]) =>
        isObject(entry) || (Array.isArray(entry) && entry.length > 0)
          ? [`${indent}${key}:`, ...yamlLines(entry, depth + 1)]
          : [bounded(`${indent}${key}: ${scalar(entry)}`)],
      );
  }
  return scalar(value)
    .split('\n')
    .slice(0, MOST_LINES)
    .map((line) => bounded(`${indent}${line}`));
}
