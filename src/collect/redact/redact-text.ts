/**
 * Takes credentials out of free text: log lines, messages, annotations, arguments. What is no credential stays as it is, to the byte.
 * One case-insensitive prefilter decides per text whether any of the patterns can apply; ordinary text costs that one scan.
 * All patterns are bounded and without nested repetition, since the text is hostile.
 */
import { remembered } from './remembered.ts';
import { redactedKind } from './marks.ts';
import { holdsSecret } from './secret-name.ts';

/** Words without which no pattern below can match; a superset of what they match, made to fail fast on ordinary lines. */
const PREFILTER =
  /bearer[ \t]|basic[ \t]|eyj|passw|passphrase|pwd|account[_-]?key|access[_-]?key|access[_-]?sig|signature=|sig=|security-token|:\/\/[^\s/:@"'<>?#]{0,256}:[^\s/"'<>]{1,1024}@|:\/\/[^\s/:@"'<>?#]{20,256}@|akia|asia|private key-|client[_-]?secret|client-key-data|secret[_-]?key|api[_-]?key|(?:access|refresh|id|auth|session|security|sas)[_-]?token|token\\{0,3}["']?[=:]|cookie|\bauth\\{0,3}"|value\\{0,3}"?: ?\\{0,3}"|(?:secret|token|pass|key|pwd|pat|sas|dsn|pin|credential|conn|authorization)\w{0,60}=|kind\\{0,7}"?: ?\\{0,7}"?secret\b|hooks\.slack|hf_|gh[pousr]_|github_pat_|glpat-|dckr_pat_|xox[abprs]-|nvapi-|dapi|aiza|hvs\.|sk-/i;

interface Pattern {
  readonly pattern: RegExp;
  readonly replace: string | ((...groups: string[]) => string);
}

/**
 * `password=x`, `"password": "x"`, `--api-key x`, also inside an escaped JSON string. A quoted value ends at its quote, a bare one at white
 * space or punctuation; a mark of ours is never a value.
 */
const VALUE = String.raw`((?<=["'])[^"'\\\n\r‹›]{1,4096}|[^\s"'\x60,;&<>(){}\[\]‹›\\]{1,4096})`;
const KEY_VALUE = new RegExp(
  String.raw`\b((?:[\w-]{0,48}[_-])?(?:password|passwd|passphrase|pwd|client[_-]?secret|secret[_-]?access[_-]?key|secret[_-]?key|` +
    String.raw`shared[_-]?access[_-]?key|account[_-]?key|client-key-data|(?:access|refresh|id|auth|session|security|sas)[_-]?token|api[_-]?key))` +
    String.raw`(\\{0,3}["']?[ \t]{0,4}[=:][ \t]{0,4}\\{0,3}["']?)${VALUE}`,
  'gi',
);

/** `HF_TOKEN=x`, as shells, Dockerfiles and image histories write environment variables. */
const ASSIGNMENT = new RegExp(String.raw`(?<![\w$-])([A-Z][A-Z0-9_]{2,99})(=\\{0,3}["']?)${VALUE}`, 'g');

/** `"name":"HF_TOKEN","value":"x"` of JSON, also escaped, and `Name:"HF_TOKEN", Value:"x"`, as Go prints an EnvVar. */
const NAME_AND_VALUE =
  /(\bname\\{0,3}"?: ?\\{0,3}"([\w.-]{1,100})\\{0,3}", ?\\{0,3}"?value\\{0,3}"?: ?\\{0,3}")([^"\\‹›]{1,4096})/gi;

/** A Secret that was printed as JSON, as kubectl does where a patch fails: nobody tells which of its keys matter. */
const SECRET_PRINTED = /\bkind\\{0,7}"?: ?\\{0,7}"?Secret\b/;
const SECRET_DATA = /(\b(?:data|stringData)\\{0,7}": ?)\{[^{}‹›]{1,65536}\}/g;

/** Values after `password=` and the like that are words of prose, code or configuration, and no secrets. */
const NO_SECRET =
  /^(?:none|null|nil|true|false|yes|no|not|is|was|are|and|or|for|the|required|missing|invalid|incorrect|wrong|expired|empty|unset|undefined|str|string|optional|authentication|authorization|failed|failure|must|should|cannot|could|rejected|denied|mismatch|error|provided|given|from|in|to|of|on|by|with|has|have|\*+|x+|\.{2,}|\$.*|%.*|os\.environ.*|redacted)[.:!?]?$/i;

/** PEM, RFC 7468; also where a log printed it as one line with \n, or was cut off before its end. */
const PRIVATE_KEY =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,65536}(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?/g;

/** None of them reaches over the end of a line. */
const PATTERNS: readonly Pattern[] = [
  {
    // Authorization: Basic dXNlcjpwYXNz (RFC 7617)
    pattern: /(\bauthorization["']?[ \t]{0,4}[:=][ \t]{0,4}["']?basic[ \t]{1,4})[A-Za-z0-9+/=_-]{4,4096}/gi,
    replace: `$1${redactedKind('basic credentials')}`,
  },
  {
    // Authorization: Bearer … (RFC 6750); 16 characters spare prose such as "bearer token required".
    pattern: /(\bbearer[ \t]{1,4})(?!realm=)[A-Za-z0-9._~+/=-]{16,8192}/gi,
    replace: `$1${redactedKind('bearer token')}`,
  },
  {
    // RFC 7519: header and payload are base64url of `{"…`.
    pattern: /\beyJ[A-Za-z0-9_-]{8,4096}\.eyJ[A-Za-z0-9_-]{4,8192}\.[A-Za-z0-9_-]{0,4096}/g,
    replace: redactedKind('JSON web token'),
  },
  {
    // Azure storage connection string; Azure Service Bus and Event Hubs use SharedAccessKey.
    pattern: /\b(AccountKey|SharedAccessKey|SharedAccessSignature)=(?!‹)[A-Za-z0-9+/=%_-]{4,4096}/gi,
    replace: `$1=${redactedKind('account key')}`,
  },
  {
    // Azure SAS and pre-signed URLs: the signature alone makes them valid.
    pattern: /([?&;](?:sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature)=)(?!‹)[^\s"'&<>]{4,4096}/gi,
    replace: `$1${redactedKind('signature')}`,
  },
  {
    // RFC 3986 userinfo with a password: redis://:pass@host, https://user:pass@host
    // A password that holds an @ itself is against the RFC and met all the same: the last one ends it.
    pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>?#]{0,256}:)(?!‹)[^\s/"'<>]{1,1024}@/gi,
    replace: `$1${redactedKind('password')}@`,
  },
  {
    // https://<token>@github.com: a token in the place of the user. Other schemes name containers there (abfss://models@account).
    pattern: /(\bhttps?:\/\/)(?!‹)[^\s/:@"'<>?#‹›]{20,256}@/gi,
    replace: `$1${redactedKind('token')}@`,
  },
  {
    // RFC 6265, as clients log it.
    pattern: /(\b(?:set-)?cookie\\{0,3}["']?[ \t]{0,4}:[ \t]{0,4}\\{0,3}["']?)(?![ \t"'‹])[^\r\n"'‹›]{4,4096}/gi,
    replace: `$1${redactedKind('cookie')}`,
  },
  {
    // The docker configuration: base64 of user:password.
    pattern: /(\bauth\\{0,3}"[ \t]{0,4}:[ \t]{0,4}\\{0,3}")[A-Za-z0-9+/=_-]{6,4096}/g,
    replace: `$1${redactedKind('basic credentials')}`,
  },
  {
    // Whoever knows the path of a Slack webhook may post.
    pattern: /(\bhooks\.slack\.com\/(?:services|workflows)\/)[\w/-]{8,256}/g,
    replace: `$1${redactedKind('token')}`,
  },
  // AWS access key ids: AKIA (long-term), ASIA (temporary), 20 characters.
  { pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, replace: redactedKind('AWS access key') },
  // Tokens with a published prefix: Hugging Face, GitHub, GitLab, Docker Hub, Slack, NVIDIA, Databricks, Google, Vault, OpenAI and its like.
  {
    pattern:
      /\b(?:hf_[A-Za-z0-9]{20,256}|gh[pousr]_[A-Za-z0-9]{30,256}|github_pat_[A-Za-z0-9_]{30,256}|glpat-[A-Za-z0-9_-]{16,256}|dckr_pat_[A-Za-z0-9_-]{16,256}|nvapi-[A-Za-z0-9_-]{32,256}|dapi[0-9a-f]{32}|AIza[A-Za-z0-9_-]{35}|hvs\.[A-Za-z0-9_-]{24,256}|xox[abprs]-[A-Za-z0-9-]{16,256}|sk-[A-Za-z0-9_-]{32,256})\b/g,
    replace: redactedKind('token'),
  },
  {
    // `?token=…`; 20 characters spare counters such as "token=512".
    pattern: /(\btoken\\{0,3}["']?[=:]\\{0,3}["']?)[A-Za-z0-9._~+/-]{20,4096}/gi,
    replace: `$1${redactedKind('token')}`,
  },
  {
    // `token: …` of a kubeconfig; the digit spares words of prose behind "unexpected token: ".
    pattern:
      /(\btoken\\{0,3}["']?[ \t]{0,4}[=:][ \t]{1,4}\\{0,3}["']?)(?=[A-Za-z._~+/-]{0,256}\d)[A-Za-z0-9._~+/-]{20,4096}/gi,
    replace: `$1${redactedKind('token')}`,
  },
  {
    pattern: NAME_AND_VALUE,
    replace: (whole, before = '', name = '', value = '') =>
      holdsSecret(name, value) ? `${before}${redactedKind('password')}` : whole,
  },
  {
    pattern: ASSIGNMENT,
    replace: (whole, name = '', separator = '', value = '') =>
      NO_SECRET.test(value) || !holdsSecret(name, value) ? whole : `${name}${separator}${redactedKind('password')}`,
  },
  {
    pattern: KEY_VALUE,
    replace: (whole, key = '', separator = '', value = '') =>
      NO_SECRET.test(value) ? whole : `${key}${separator}${redactedKind('password')}`,
  },
];

/** The text without credentials; the same string where there are none. Idempotent. */
export function redactText(text: string): string {
  return redactShort(text);
}

const redactShort = remembered(redactAny);

function redactAny(text: string): string {
  if (!PREFILTER.test(text)) return text;
  const withoutData = SECRET_PRINTED.test(text)
    ? text.replace(SECRET_DATA, `$1{${redactedKind('data of a Secret')}}`)
    : text;
  const withoutKeys = withoutData.replace(PRIVATE_KEY, redactedKind('private key'));
  if (!withoutKeys.includes('\n')) return redactLine(withoutKeys);
  return withoutKeys
    .split('\n')
    .map((line) => (PREFILTER.test(line) ? redactLine(line) : line))
    .join('\n');
}

function redactLine(line: string): string {
  let result = line;
  for (const { pattern, replace } of PATTERNS) {
    result = typeof replace === 'string' ? result.replace(pattern, replace) : result.replace(pattern, replace);
  }
  return result;
}
