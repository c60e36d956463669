/**
 * Tells whether a secret's value looks like one that somebody meant to fill in later. It answers with a verdict and never with the value.
 */
export type PlaceholderVerdict = 'empty' | 'placeholder-word' | 'template' | 'same-as-key' | 'one-character-repeated';

const WORDS = new Set(
  (
    'changeme change-me change_me changeit placeholder todo tbd fixme dummy example sample test secret password ' +
    'replaceme replace-me replace_me none null nil undefined redacted value string foo bar foobar empty unset default fillme fill-me ' +
    'mysecret my-secret mypassword my-password insert-here'
  ).split(' '),
);

/** `your-api-key-here`, `<client-secret>`, `${TOKEN}`, `{{ .Values.token }}`, `REPLACE_WITH_KEY`, `enter-your-password` */
const TEMPLATES: readonly RegExp[] = [
  /^<[^<>]{0,200}>$/,
  /^\$\{?[\w.-]{1,200}\}?$/,
  /^\{\{[^{}]{0,200}\}\}$/,
  /^\[[^[\]]{0,200}\]$/,
  /^__[\w-]{1,200}__$/,
  /^(?:your|my|enter|insert|replace|put|set|add|change|fill)[-_ ](?:with[-_ ])?[\w ./-]{1,200}$/i,
  /^[\w -]{1,200}[-_ ](?:here|placeholder|changeme|goes[-_ ]here)$/i,
  /^(?:placeholder|changeme|dummy|example|todo)[-_ .:][\w ./:-]{0,200}$/i,
];

const LONGEST = 256;

/** `value` is decoded; undefined where it looks like a real one. */
export function placeholderVerdict(key: string, value: string, depth = 0): PlaceholderVerdict | undefined {
  if (value.length > LONGEST) return undefined;
  const trimmed = value.trim().replace(/^(["'])(.*)\1$/, '$2');
  if (trimmed === '') return 'empty';
  const lower = trimmed.toLowerCase();
  if (WORDS.has(lower)) return 'placeholder-word';
  if (key !== '' && squash(lower) === squash(key.toLowerCase())) return 'same-as-key';
  if (/^([x*.?0-])\1*$/i.test(trimmed)) return 'one-character-repeated';
  if (TEMPLATES.some((template) => template.test(trimmed))) return 'template';
  // Encoded twice: a person ran base64 over the value and put the result under stringData, or the reverse.
  const inner = depth === 0 ? decodeBase64(trimmed) : undefined;
  return inner === undefined ? undefined : placeholderVerdict(key, inner, 1);
}

function squash(text: string): string {
  return text.replaceAll(/[-_. ]/g, '');
}

function decodeBase64(text: string): string | undefined {
  if (text.length < 4 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  return /^[\x20-\x7e\r\n\t]+$/.test(decoded) ? decoded : undefined;
}
