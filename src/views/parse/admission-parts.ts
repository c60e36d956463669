/**
 * The small grammars inside admission refusals: resource lists, quota and limit-range texts, Pod Security violations,
 * and how calling a webhook failed. Responsible for those parts; `admission-message.ts` finds them.
 */

/** Resource name to the quantity as printed, e.g. `requests.memory` to `256Mi`. */
export type ResourceTexts = Readonly<Record<string, string>>;

/** One resource a quota demands and the containers without it; older releases do not name containers. */
export type MustSpecify = { readonly resource: string; readonly containers: readonly string[] };

export type LimitRangeViolation = {
  readonly bound: 'minimum' | 'maximum' | 'ratio';
  readonly resource: string;
  /** `Container`, `Pod` or `PersistentVolumeClaim`. */
  readonly type: string;
  /** The bound's quantity as printed. */
  readonly is: string;
  /** What the object asks; absent where it asks nothing. */
  readonly given?: string;
  readonly of?: 'request' | 'limit';
};

export type PodSecurityViolation = { readonly reason: string; readonly detail: string };

export type WebhookService = { readonly namespace: string; readonly name: string; readonly port?: number };

export type WebhookUnreachable =
  | 'no-endpoints'
  | 'service-not-found'
  | 'port-not-found'
  | 'timeout'
  | 'refused'
  | 'tls-unknown-authority'
  | 'tls-wrong-name'
  | 'tls-other'
  | 'dns'
  | 'other';

/** `requests.memory=200Mi,requests.nvidia.com/gpu=1` */
export function resourceList(text: string): ResourceTexts {
  const entries: [string, string][] = [];
  for (const part of text.split(',')) {
    const equals = part.lastIndexOf('=');
    if (equals > 0) entries.push([part.slice(0, equals), part.slice(equals + 1)]);
  }
  return Object.fromEntries(entries);
}

/** `limits.cpu for: c1,c2; requests.memory for: c1`, or up to 1.26 `limits.cpu,limits.memory`. */
export function mustSpecify(text: string): MustSpecify[] {
  const found: MustSpecify[] = [];
  for (const part of text.split(/;\s*/)) {
    const [resources = '', containers = ''] = part.split(/ for: ?/);
    for (const resource of resources.split(',')) {
      if (resource.trim() === '') continue;
      found.push({
        resource: resource.trim(),
        containers: containers
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean),
      });
    }
  }
  return found;
}

/** Texts of `plugin/pkg/admission/limitranger`; several are joined as `[a, b]`. */
export function limitRangeViolations(text: string): LimitRangeViolation[] {
  const found: LimitRangeViolation[] = [];
  const bounds =
    /\b(minimum|maximum) (\S+) usage per (\w+) is ([^\s,]+?)(?:\.\s{1,2}No (request|limit) is specified|, but (request|limit) is ([^\s,\]]+))/g;
  for (const [, bound, resource = '', type = '', is = '', absent, of, given] of text.matchAll(bounds)) {
    found.push({
      bound: bound === 'minimum' ? 'minimum' : 'maximum',
      resource,
      type,
      is,
      of: (absent ?? of) === 'request' ? 'request' : 'limit',
      ...(given === undefined ? {} : { given: given.replace(/\.$/, '') }),
    });
  }
  const ratios =
    /(?<=^|[\s[])([^\s[]{1,253}) max limit to request ratio per (\w+) is ([^\s,]+), but (?:provided ratio is ([\d.]+)|no request is specified)/g;
  for (const [, resource = '', type = '', is = '', given] of text.matchAll(ratios)) {
    found.push({ bound: 'ratio', resource, type, is, ...(given === undefined ? {} : { given }) });
  }
  return found;
}

/** `reason (detail), reason (detail)`; details hold commas, quotes and parentheses of their own. */
export function podSecurityViolations(text: string): PodSecurityViolation[] {
  const found: PodSecurityViolation[] = [];
  for (const part of splitTopLevel(text)) {
    const open = part.indexOf(' (');
    if (open < 0) found.push({ reason: part.trim(), detail: '' });
    else found.push({ reason: part.slice(0, open).trim(), detail: part.slice(open + 2).replace(/\)\s*$/, '') });
  }
  return found.filter((violation) => violation.reason !== '');
}

/** At `, ` outside parentheses and quotes. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '\\') index += 1;
    else if (letter === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (letter === '(') depth += 1;
    else if (letter === ')') depth = Math.max(0, depth - 1);
    else if (letter === ',' && depth === 0 && text[index + 1] === ' ') {
      parts.push(text.slice(start, index));
      start = index + 2;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** `failed to call webhook: Post "https://svc.ns.svc:443/path?timeout=10s": <cause>`; older releases without the prefix. */
export function webhookTarget(text: string): { url?: string; service?: WebhookService; cause: string } {
  const post = /Post "?(https?:\/\/[^\s"]+?)"?: ([\s\S]*)$/.exec(text);
  if (post?.[1] === undefined) return { cause: text };
  const url = post[1];
  const cause = post[2] ?? '';
  const host = /^https?:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?(?::(\d{1,5}))?(?:[/?]|$)/.exec(url);
  if (!host) return { url, cause };
  const [, name = '', namespace = '', port] = host;
  return { url, cause, service: { namespace, name, ...(port === undefined ? {} : { port: Number(port) }) } };
}

const UNREACHABLE: readonly (readonly [WebhookUnreachable, RegExp])[] = [
  ['no-endpoints', /no endpoints available for service/],
  ['port-not-found', /no service port \S+ found for service/],
  ['service-not-found', /services? "(?:[^"\\]|\\.)*" not found/],
  ['tls-unknown-authority', /signed by unknown authority|certificate is not trusted/],
  ['tls-wrong-name', /certificate is (?:not )?valid for|doesn't contain any IP SANs|legacy Common Name/],
  ['timeout', /TLS handshake timeout/],
  ['tls-other', /x509: |\btls: |server gave HTTP response to HTTPS client/],
  ['dns', /\blookup \S+|no such host/],
  ['refused', /connection refused/],
  ['timeout', /deadline exceeded|i\/o timeout|Client\.Timeout|timed out|no route to host/],
];

export function unreachableCause(cause: string): WebhookUnreachable {
  return UNREACHABLE.find(([, words]) => words.test(cause))?.[0] ?? 'other';
}
