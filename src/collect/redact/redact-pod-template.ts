/**
 * Redacts text by where it stands: values of environment variables, headers and parameters whose name says secret, arguments, fields of
 * custom resources, files in ConfigMaps. Values that look like a placeholder stay, since a placeholder in production is a finding.
 * Works in place on fresh JSON.
 */
import { remembered } from './remembered.ts';
import { isObject } from '../../model/json.ts';
import { isMark, redactedKind } from './marks.ts';
import { redactSecret } from './redact-secret.ts';
import { redactText } from './redact-text.ts';
import { holdsSecret, isSecretName } from './secret-name.ts';

type MutableJson = { [key: string]: unknown };

/** What is stored instead of a value that stands under a name. Idempotent. */
export function redactNamedValue(name: string, value: string): string {
  return name.includes('=') ? redactPairOf(name, value) : redactPair(`${name}=${value}`);
}

const redactPair = remembered((pair) => {
  const split = pair.indexOf('=');
  return redactPairOf(pair.slice(0, split), pair.slice(split + 1));
});

function redactPairOf(name: string, value: string): string {
  if (isMark(value)) return value;
  return holdsSecret(name, value) ? lengthMark(value) : redactText(value);
}

function lengthMark(value: string): string {
  return `‹redacted: ${value.length} characters›`;
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** `env`, `args`, `command`, probes and hooks of one container. */
export function redactContainer(container: MutableJson): void {
  if (Array.isArray(container['env'])) redactEnvironment(container['env']);
  redactArguments(container['args']);
  redactArguments(container['command']);
  for (const field of PROBES) if (isObject(container[field])) redactProbe(container[field]);
  if (isObject(container['lifecycle'])) redactTree(container['lifecycle'], 0);
}

/** Numbers aside, a probe is what it asks: a command, or a path with headers. Every Pod has some, so the rest is not walked. */
function redactProbe(probe: MutableJson): void {
  for (const field of ['exec', 'httpGet']) {
    const found = probe[field];
    if (!isObject(found)) continue;
    const asks: MutableJson = found;
    if (asks['command'] !== undefined || asks['httpHeaders'] !== undefined) redactTree(asks, 0);
    else if (typeof asks['path'] === 'string') asks['path'] = redactText(asks['path']);
  }
}

function redactEnvironment(env: readonly unknown[]): void {
  for (const variable of env) {
    if (isObject(variable)) redactNameAndValue(variable);
  }
}

/** `{name, value}`: variables of containers, headers of probes, parameters of workflows. A manifest may hold a number. */
function redactNameAndValue(entry: MutableJson): void {
  const { name, value } = entry;
  if (typeof name !== 'string') return;
  if (typeof value === 'string') entry['value'] = redactNamedValue(name, value);
  else if (typeof value === 'number' && holdsSecret(name, String(value))) entry['value'] = lengthMark(String(value));
}

const FLAG = /^--?([A-Za-z][\w.-]{0,100})$/;
const FLAG_WITH_VALUE = /^(--?([A-Za-z][\w.-]{0,100})=)([\s\S]+)$/;

/** `--api-key=x`, and `--api-key` followed by `x` as an argument of its own. */
function redactArguments(list: unknown): void {
  if (!Array.isArray(list)) return;
  const words: unknown[] = list;
  for (const [index, word] of words.entries()) {
    if (typeof word !== 'string') continue;
    const flag = FLAG.exec(String(words[index - 1] ?? ''))?.[1];
    const secret = flag !== undefined && isSecretName(flag) && !word.startsWith('-');
    words[index] = secret ? redactNamedValue(flag, word) : redactWord(word);
  }
}

function redactWord(word: string): string {
  const [, before, flag, value] = FLAG_WITH_VALUE.exec(word) ?? [];
  if (before === undefined || flag === undefined || value === undefined) return redactText(word);
  return isSecretName(flag) ? `${before}${redactNamedValue(flag, value)}` : redactText(word);
}

/** Fields of custom resources that hold a credential itself, by their usual names. */
const SECRET_FIELD =
  /^(?:password|passwd|client[_-]?secret|secret[_-]?key|secret[_-]?access[_-]?key|access[_-]?key|account[_-]?key|api[_-]?key|(?:(?:auth|access|bearer|refresh|id)[_-]?)?token|connection[_-]?string)$/i;

/** Deeper than any Kubernetes object; below it, text is dropped instead of being kept unread. */
const DEEPEST = 64;

/** Any other object: every text in it is read, and every `env`, `args`, `command` and image-config `Env` at any depth. */
export function redactTree(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '‹cut: nested too deeply›';
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    for (const [index, entry] of list.entries()) list[index] = redactTree(entry, depth + 1);
    return list;
  }
  if (!isObject(value)) return value;
  const object: MutableJson = value;
  // Templates, manifests and the like carry whole objects.
  if (object['kind'] === 'Secret' && object['apiVersion'] === 'v1') {
    redactSecret(object);
    return object;
  }
  redactNameAndValue(object);
  for (const [key, entry] of Object.entries(object)) {
    if (key === 'env' && Array.isArray(entry)) redactEnvironment(entry);
    else if (key === 'Env' && Array.isArray(entry)) object[key] = entry.map(redactAssignment);
    else if (key === 'args' || key === 'command') {
      redactArguments(entry);
      if (!Array.isArray(entry)) object[key] = redactTree(entry, depth + 1);
    } else if (typeof entry === 'string') {
      const clean = SECRET_FIELD.test(key) ? redactNamedValue('PASSWORD', entry) : redactText(entry);
      if (clean !== entry) object[key] = clean;
    } else if (typeof entry === 'object' && entry !== null) object[key] = redactTree(entry, depth + 1);
  }
  return object;
}

/** Base64 of a size that no person writes: a Helm release, an archive, a key. Nobody reads a cause in it. */
const BLOB = /^[A-Za-z0-9+/=\s]{256,}$/;
const SECRET_MANIFEST = /^[ \t]{0,200}(?:- )?["']?kind["']?[ \t]{0,4}:[ \t]{0,4}["']?Secret\b/m;

/** A ConfigMap is often an environment by another way (`envFrom`); files in it have several lines. */
export function redactConfigMapData(data: MutableJson): void {
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string' || isMark(value)) continue;
    if (BLOB.test(value) || SECRET_MANIFEST.test(value)) data[key] = lengthMark(value);
    else data[key] = value.includes('\n') ? redactSettings(value) : redactNamedValue(key, value);
  }
}

/** Bytes of a ConfigMap: only its keys matter to anybody. */
export function redactBinaryData(data: MutableJson): void {
  for (const [key, value] of Object.entries(data)) {
    if (typeof value === 'string' && !isMark(value)) data[key] = lengthMark(value);
  }
}

/** A line `name: value` or `name=value` of YAML, JSON, properties and env files. */
const SETTING =
  /^([ \t]{0,200}(?:-[ \t]|export[ \t])?["']?([A-Za-z][\w.-]{1,99})["']?[ \t]{0,4}[:=][ \t]{0,4})("[^"\r\n‹›]{1,4096}"|'[^'\r\n‹›]{1,4096}'|[^\s"'{[|>&*‹][^\r\n‹›]{0,4095})/gm;
/** By themselves these name a Secret or the key of a map more often than a credential. */
const VAGUE_SETTING =
  /^(?:secrets?|keys?|(?:primary|foreign|partition|sort|cache|map|object|routing|shard|entity|join)[_.-]?keys?)$/;

function redactSettings(text: string): string {
  const settings = text.replace(SETTING, (line: string, before: string, name: string, value: string) => {
    if (VAGUE_SETTING.test(name)) return line;
    const [, quote = '', plain = value] = /^(["'])([\s\S]*)\1$/.exec(value) ?? [];
    return holdsSecret(name, plain.trim()) ? `${before}${quote}${redactedKind('password')}${quote}` : line;
  });
  return redactText(settings);
}

/** `NAME=value`, as image configurations carry the environment (OCI image-spec `config.Env`). */
function redactAssignment(entry: unknown): unknown {
  if (typeof entry !== 'string') return entry;
  const equals = entry.indexOf('=');
  if (equals < 0) return redactText(entry);
  const name = entry.slice(0, equals);
  return `${name}=${redactNamedValue(name, entry.slice(equals + 1))}`;
}
