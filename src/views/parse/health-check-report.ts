/**
 * Reads one value of the ConfigMap `arcml-healthcheck`, or any text that holds such a report: the results of the extension's own health check. Pure and
 * bounded; what it cannot read it keeps as `unread`. It knows no code and judges nothing.
 * The form is closed source; seen in Azure/azure-sdk-for-python#33480 and Azure/AML-Kubernetes#293.
 */
import { isObject, type JsonObject } from '../../model/json.ts';

export interface HealthCheckResult {
  /** `instancetype`; empty where the line does not say. */
  readonly checker: string;
  readonly passed: boolean;
  /** As written: `E45006`, and codes that nobody knows. */
  readonly code?: string;
  /** Lines joined with line ends. */
  readonly message?: string;
  /** Lines of the text that hold it, 1-based and inclusive. */
  readonly from: number;
  readonly to: number;
}

export interface HealthCheckReport {
  /** RFC 3339, UTC. */
  readonly date?: string;
  /** Other fields of the head that are not empty, as written. */
  readonly details: readonly (readonly [name: string, value: string])[];
  readonly results: readonly HealthCheckResult[];
  /** Lines that are no result. A report that was cut in the middle of a line ends with that line. */
  readonly unread: readonly string[];
}

/** A ConfigMap holds no more (kubernetes pkg/apis/core MaxSecretSize, which counts for both). */
const MOST_CHARACTERS = 1024 * 1024;
const MOST_LINES = 5000;
const LONGEST_LINE = 4000;
const LONGEST_MESSAGE = 4000;

/** In the order of the text, which is not always that of time. */
export function parseHealthCheckReports(text: string): readonly HealthCheckReport[] {
  const whole = text.slice(0, MOST_CHARACTERS).replace(/^\uFEFF/, '');
  const fromJson = /^\s{0,1000}[[{]/.test(whole) ? jsonReports(whole) : undefined;
  return fromJson ?? textReports(whole);
}

/** The one with the latest date; among those without, the last of the text. */
export function newestReport(reports: readonly HealthCheckReport[]): HealthCheckReport | undefined {
  let newest: HealthCheckReport | undefined;
  for (const report of reports) {
    if (newest === undefined || newest.date === undefined || (report.date ?? '') >= newest.date) newest = report;
  }
  return newest;
}

interface Draft {
  date?: string;
  details: [string, string][];
  results: HealthCheckResult[];
  unread: string[];
}

function textReports(text: string): readonly HealthCheckReport[] {
  const lines = text.split(/\r\n|\n|\r/).slice(0, MOST_LINES);
  const reports: Draft[] = [];
  let draft: Draft | undefined;
  const current = (): Draft => (draft ??= begin(reports));
  for (const [index, whole] of lines.entries()) {
    const line = withoutKlogHead(whole.slice(0, LONGEST_LINE)).trimEnd();
    const number = index + 1;
    const isCutOff = number === lines.length;
    if (line.trim() === '') continue;
    if (REPORT.test(line)) {
      draft = begin(reports);
      continue;
    }
    const result = resultOf(line, number, isCutOff);
    if (result !== undefined) {
      current().results.push(result.result);
      if (result.isCut) current().unread.push(line);
      continue;
    }
    const last = current().results.at(-1);
    const field = FIELD.exec(line);
    const name = field?.[1]?.trim() ?? '';
    // The next report of a text that names none of them.
    if (last !== undefined && HEAD.test(name)) draft = begin(reports);
    else if (last !== undefined && !last.passed && !RESULT_BEGUN.test(line)) {
      current().results[current().results.length - 1] = continued(last, line, number);
      continue;
    }
    if (field !== null && current().results.length === 0) addField(current(), name, (field[2] ?? '').trim());
    else current().unread.push(line);
  }
  return reports;
}

function begin(reports: Draft[]): Draft {
  const draft: Draft = { details: [], results: [], unread: [] };
  reports.push(draft);
  return draft;
}

/** klog's head, where the report stands in a log: `I1212 13:57:17.631865       8 main.go:89] `. */
function withoutKlogHead(line: string): string {
  return line.replace(/^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} {1,9}\d{1,9} [\w.-]{1,80}:\d{1,6}\] /, '');
}

const REPORT = /^\s{0,20}Report\s{0,4}:?\s{0,20}$/i;
const FIELD = /^\s{0,20}([^:=]{1,60})[:=](.*)$/;
const HEAD = /^(?:Duration|Date|CorrelationId|K8sDistribution|K8sInfrastructure|TroubleShootingGuide)$/i;
const RESULT_BEGUN = /^\s{0,20}Status\s{0,4}[:=]/i;
const RESULT =
  /^\s{0,20}(?:[-*] )?Status\s{0,4}[:=]\s{0,4}(\w{1,20})[,;]?\s{1,8}Name\s{0,4}[:=]\s{0,4}([^\s,;]{1,200})[,;]?(?:\s{1,8}(.*))?$/i;
const CODE = /^Error\s?Code\s{0,4}[:=]\s{0,4}([\w.-]{1,60})[,;]?(?:\s{1,8}|$)/i;
const MESSAGE = /^(?:Error)?\s?Message\s{0,4}[:=]\s{0,4}/i;
/** With labels of another language: only a failure has a code. */
const FOREIGN_RESULT =
  /^\s{0,20}[^:=\s]{1,40}\s{0,4}[:：]\s{0,4}\S{1,40}\s{1,8}[^:=\s]{1,40}\s{0,4}[:：]\s{0,4}(\S{1,200})\s{1,8}[^:=]{1,40}[:：]\s{0,4}(E\d{5})\b(?:\s{1,8}[^:=\s]{1,40}\s{0,4}[:：]\s{0,4}(.*))?/;
const PASSED = /^(?:passed|pass|succeeded|success|ok|true)$/i;
const FAILED = /^(?:failed|fail|failure|error|false)$/i;

interface Read {
  readonly result: HealthCheckResult;
  /** The line ends in the middle of what it says. */
  readonly isCut: boolean;
}

function resultOf(line: string, number: number, isLast: boolean): Read | undefined {
  const place = { from: number, to: number };
  const foreign = FOREIGN_RESULT.exec(line);
  const [, status = '', checker = '', rest = ''] = RESULT.exec(line) ?? [];
  if (PASSED.test(status) && rest === '') return { result: { checker, passed: true, ...place }, isCut: false };
  if (FAILED.test(status)) {
    const [head = '', code] = CODE.exec(rest) ?? [];
    const told = rest.slice(head.length);
    const label = MESSAGE.exec(told)?.[0];
    // Without its label, what follows is the message all the same; at the end of the text it may be a label that was cut.
    const isCut = isLast && rest !== '' && (code === undefined || label === undefined);
    const message = label === undefined ? (isCut ? '' : told) : told.slice(label.length);
    return {
      result: {
        checker,
        passed: false,
        ...(code === undefined || (isCut && told === '' && !/^E\d{5}$/.test(code)) ? {} : { code }),
        ...(message === '' ? {} : { message }),
        ...place,
      },
      isCut,
    };
  }
  if (foreign === null || status !== '') return undefined;
  const [, name = '', code = '', message = ''] = foreign;
  return {
    result: { checker: name, passed: false, code, ...(message === '' ? {} : { message }), ...place },
    isCut: false,
  };
}

function continued(result: HealthCheckResult, line: string, number: number): HealthCheckResult {
  const message = result.message === undefined ? line.trim() : `${result.message}\n${line}`;
  return { ...result, message: message.slice(0, LONGEST_MESSAGE), to: number };
}

function addField(draft: Draft, name: string, value: string): void {
  if (value === '') return;
  const date = draft.date === undefined ? reportDate(value) : undefined;
  // A label of another language says nothing; a time with its day says enough.
  if (date !== undefined) draft.date = date;
  else draft.details.push([name, value]);
}

const ISO_LIKE = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\s{0,2}(Z|[+-]\d\d:?\d\d)?(?:\s|$)/;
/** RFC 1123 and `date`: with a zone, since a time without one is that of whoever reads it. */
const WORDED = /^[A-Z][a-z]{2},? [\w ,:]{12,40}(?:UTC|GMT|[+-]\d{4})(?: \d{4})?$/;

/** Go's `time.Time.String` and RFC 3339, `date`, RFC 1123; as RFC 3339 in UTC. Undefined for what is no time. */
export function reportDate(text: string): string | undefined {
  const [matched, day, clock, fraction = '', zone = 'Z'] = ISO_LIKE.exec(text.slice(0, 80)) ?? [];
  const worded = matched === undefined && WORDED.test(text);
  if (matched === undefined && !worded) return undefined;
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const milliseconds = `${fraction}000`.slice(0, 3);
  const time = Date.parse(worded ? text : `${day}T${clock}.${milliseconds}${offset}`);
  return Number.isFinite(time) ? new Date(time).toISOString() : undefined;
}

/** Undefined where it is no JSON, or holds no result: then it is read as text. */
function jsonReports(text: string): readonly HealthCheckReport[] | undefined {
  const value = parsed(text);
  const reports: Draft[] = [];
  if (value === undefined) {
    // One object a line, or cut: what is whole is read.
    const lines = text.split(/\r\n|\n|\r/).slice(0, MOST_LINES);
    const draft: Draft = { details: [], results: [], unread: [] };
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const entry = parsed(line.trim().replace(/,$/, ''));
      const result = entry === undefined ? undefined : jsonResult(entry, index + 1);
      if (result === undefined) draft.unread.push(line.slice(0, LONGEST_LINE));
      else draft.results.push(result);
    }
    reports.push(draft);
  } else collect(value, { details: [], results: [], unread: [] }, reports, 0);
  return reports.some(({ results }) => results.length > 0) ? reports : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an answer here, not an error: the text is read in another way.
    return undefined;
  }
}

const DEEPEST = 6;

/** Every list of results is a report, with the plain fields of the objects around it as its head. */
function collect(value: unknown, head: Draft, reports: Draft[], depth: number): void {
  if (depth > DEEPEST) return;
  if (Array.isArray(value)) {
    const results = value.slice(0, MOST_LINES).map((entry) => jsonResult(entry, 1));
    if (results.some((result) => result !== undefined)) {
      reports.push({
        ...(head.date === undefined ? {} : { date: head.date }),
        details: head.details,
        results: results.flatMap((result) => result ?? []),
        unread: value.flatMap((entry: unknown, index) =>
          index < MOST_LINES && results[index] === undefined ? [JSON.stringify(entry).slice(0, LONGEST_LINE)] : [],
        ),
      });
      return;
    }
    for (const entry of value.slice(0, MOST_LINES)) collect(entry, head, reports, depth + 1);
    return;
  }
  if (!isObject(value)) return;
  const own: Draft = { ...head, details: [...head.details], results: [], unread: [] };
  for (const [name, field] of Object.entries(value)) if (typeof field === 'string') addField(own, name, field);
  for (const field of Object.values(value)) collect(field, own, reports, depth + 1);
}

function jsonResult(value: unknown, number: number): HealthCheckResult | undefined {
  if (!isObject(value)) return undefined;
  const status = textOf(value, /^(?:status|result|passed|state)$/i);
  const checker = textOf(value, /^(?:name|checker|check)$/i);
  if (status === undefined || checker === undefined || !(PASSED.test(status) || FAILED.test(status))) return undefined;
  const code = textOf(value, /^(?:error_?)?code$/i);
  const message = textOf(value, /^(?:error_?)?message$/i);
  const passed = PASSED.test(status);
  return {
    checker: checker.slice(0, 200),
    passed,
    ...(passed || code === undefined || code === '' ? {} : { code: code.slice(0, 60) }),
    ...(passed || message === undefined || message === '' ? {} : { message: message.slice(0, LONGEST_MESSAGE) }),
    from: number,
    to: number,
  };
}

function textOf(value: JsonObject, name: RegExp): string | undefined {
  const found = Object.entries(value).find(([key]) => name.test(key))?.[1];
  return typeof found === 'string' ? found : typeof found === 'boolean' ? String(found) : undefined;
}
