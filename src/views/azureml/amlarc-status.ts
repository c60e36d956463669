/**
 * What an object of the Azure ML extension (OnlineEndpoint, OnlineDeployment, AmlJob) says of its own state. The shape of these statuses is not
 * published: conditions, one word of state in the usual fields, and messages that hold an error of Azure as text or as nested JSON are all read.
 * Pure; it concludes nothing from silence.
 */
import { at, isObject, type JsonObject, pointerTo, textAt } from '../../model/json.ts';
import { AZURE_ERRORS } from './catalog/index.ts';
import { conditionsOf } from '../parse/conditions.ts';

export interface AmlarcStatus {
  /** unsaid: nothing in it is known to speak of success or failure. */
  readonly state: 'ok' | 'failed' | 'progress' | 'unsaid';
  /** The word or condition that says so: `Failed`, `Ready is False`. */
  readonly word: string;
  /** The name of an error of Azure where one stands in it, the most specific one. */
  readonly error?: string;
  readonly reason: string;
  readonly message: string;
  readonly since?: string;
  /** JSON pointer to what says so. */
  readonly pointer: string;
  /** All bounded texts in the status, joined: where names are looked for. */
  readonly text: string;
}

const STATE_FIELDS = [
  'state',
  'phase',
  'provisioningState',
  'deploymentState',
  'endpointState',
  'jobStatus',
  'status',
  'healthState',
];
const FAILED = /^(?:failed|failure|error|errored|unhealthy|crash(?:ed|loop\w*)?|faulted|degraded|rejected|invalid)$/i;
const WELL = /^(?:succeeded|success|ready|healthy|running|active|available|completed|online|ok|true)$/i;
const MOVING =
  /^(?:creating|updating|scaling|deleting|pending|provisioning|inprogress|in_progress|progressing|starting|queued|preparing|reconciling|accepted|notstarted|unknown)$/i;
/** What a status keeps of earlier tries says nothing of now. */
const PAST = /^(?:previous|history|histories|past|earlier)(?:$|[A-Z_])/;
const MOST_TEXTS = 200;
const LONGEST = 4000;
const DEEPEST = 8;

export function amlarcStatus(body: JsonObject): AmlarcStatus {
  const status = at(body, 'status');
  const texts = statusTexts(body, LONGEST);
  const text = texts
    .map((entry) => entry.text)
    .join('\n')
    .slice(0, 20_000);
  const error = errorIn(text);
  const conditions = conditionsOf(body);
  const failing =
    conditions.find(({ type, status: said }) => /^(?:Failed|Error|Degraded)$/i.test(type) && said === 'True') ??
    conditions.find(
      ({ type, status: said }) =>
        said === 'False' && /^(?:Ready|Available|Succeeded|Healthy|Reconciled|Synced)$/i.test(type),
    );
  const fine = conditions.find(
    ({ type, status: said }) => said === 'True' && /^(?:Ready|Available|Succeeded|Healthy)$/i.test(type),
  );
  const field = STATE_FIELDS.find((name) => typeof at(status, name) === 'string');
  const word = field === undefined ? '' : (textAt(status, field) ?? '');
  const message =
    failing?.message ||
    textAt(status, 'error', 'message') ||
    textAt(status, 'message') ||
    textAt(status, 'errorMessage') ||
    textAt(status, 'details') ||
    '';
  const reason =
    failing?.reason ||
    textAt(status, 'error', 'code') ||
    textAt(status, 'reason') ||
    textAt(status, 'errorCode') ||
    error ||
    '';
  const shared = { reason, message, text, ...(error === undefined ? {} : { error }) };
  if (failing !== undefined && !(field !== undefined && WELL.test(word) && error === undefined)) {
    return {
      ...shared,
      // Ready is False as well while it is being made.
      state: failing.status === 'False' && MOVING.test(failing.reason) && error === undefined ? 'progress' : 'failed',
      word: `${failing.type} is ${failing.status}`,
      ...(failing.since === undefined ? {} : { since: failing.since }),
      pointer: failing.pointer,
    };
  }
  const pointer = field === undefined ? '/status' : `/status/${field}`;
  if (FAILED.test(word)) return { ...shared, state: 'failed', word, pointer };
  if (error !== undefined && !WELL.test(word) && fine === undefined)
    return {
      ...shared,
      state: 'failed',
      word: word === '' ? error : word,
      pointer: texts.find((entry) => entry.text.includes(error))?.pointer ?? pointer,
    };
  if (fine !== undefined) return { ...shared, state: 'ok', word: `${fine.type} is True`, pointer: fine.pointer };
  if (WELL.test(word)) return { ...shared, state: 'ok', word, pointer };
  if (MOVING.test(word)) return { ...shared, state: 'progress', word, pointer };
  return { ...shared, state: 'unsaid', word, pointer };
}

/** Names of errors as Azure writes them, those that only wrap another last. */
const ERRORS: readonly string[] = AZURE_ERRORS.filter(({ area }) => area === 'endpoint' || area === 'compute')
  .toSorted((one, other) => Number(one.wrapper === true) - Number(other.wrapper === true))
  .map(({ name }) => name)
  .filter((name) => /^[A-Z][A-Za-z]{5,60}$/.test(name));
const ERROR = new Map(ERRORS.map((name) => [name, new RegExp(`(?<![A-Za-z])${name}(?![A-Za-z])`)] as const));

function errorIn(text: string): string | undefined {
  return ERRORS.find((name) => ERROR.get(name)?.test(text) === true);
}

export interface StatusText {
  readonly text: string;
  readonly pointer: string;
}

/** All texts in a status with their places, each cut at `longest` letters. */
export function statusTexts(body: JsonObject, longest: number): readonly StatusText[] {
  return textsIn(at(body, 'status'), '/status', longest, 0);
}

function textsIn(value: unknown, pointer: string, longest: number, depth: number): readonly StatusText[] {
  if (typeof value === 'string') return value === '' ? [] : [{ text: value.slice(0, longest), pointer }];
  if (depth >= DEEPEST) return [];
  const found: StatusText[] = [];
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((entry, index) => [String(index), entry] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  for (const [key, entry] of entries) {
    if (found.length >= MOST_TEXTS) break;
    if (PAST.test(key)) continue;
    found.push(...textsIn(entry, pointer + pointerTo(key), longest, depth + 1));
  }
  return found;
}
