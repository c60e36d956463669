/**
 * How gateways compare hosts and paths: exact, with a wildcard, by prefix, by expression. Text only. An expression from a cluster is tried only where
 * it is of the plain form that controllers write, so that none can keep the tool busy.
 */

/** Lower case, without a port and a trailing dot; an IPv6 address keeps its colons. */
export function bareHost(host: string): string {
  return host
    .trim()
    .toLowerCase()
    .replace(/^([^:[\]]*|\[[^\]]*\]):\d{1,5}$/, '$1')
    .replace(/\.$/, '');
}

/** `*` stands for one or more labels in front (Gateway API, Istio); an empty pattern for every host. */
export function hostMatches(pattern: string, host: string): boolean {
  const wanted = bareHost(pattern);
  const given = bareHost(host);
  if (wanted === '' || wanted === '*') return true;
  if (!wanted.startsWith('*.')) return wanted === given;
  return given.endsWith(wanted.slice(1)) && given.length > wanted.length - 1;
}

/** `/v1` matches `/v1` and `/v1/x`, not `/v1x` (Ingress pathType Prefix, Gateway API PathPrefix). */
export function prefixMatches(prefix: string, path: string): boolean {
  const bare = prefix.replace(/\/+$/, '');
  return bare === '' || path === bare || path.startsWith(`${bare}/`);
}

const PLAIN_EXPRESSION = /^\^?(?:[\w./:-]|\\.|\[[\\\w.-]{1,20}\][+*]?|\(\?::\\d\{1,5\}\)\?|\.[*+])*\$?$/;

/**
 * Whether an expression covers the text, as a whole. Undefined where the expression is not of the plain form and nothing is known. KServe writes
 * `^host(?::\d{1,5})?$` and `^/v1/models/[\w-]+:explain$` (kserve ingress_reconciler.go).
 */
export function expressionMatches(expression: string, text: string): boolean | undefined {
  if (expression.length > 300 || !PLAIN_EXPRESSION.test(expression)) return undefined;
  // More than a few repetitions side by side could make matching slow.
  if ((expression.match(/[*+]/g) ?? []).length > 3) return undefined;
  try {
    return new RegExp(`^(?:${expression.replace(/^\^|\$$/g, '')})$`).test(text.slice(0, 2000));
  } catch {
    // Go's syntax and JavaScript's differ in places: then nothing is known.
    return undefined;
  }
}

/** Istio's StringMatch: exact, prefix or regex. Undefined where it cannot be told. */
export function stringMatch(
  match: {
    readonly exact?: string | undefined;
    readonly prefix?: string | undefined;
    readonly regex?: string | undefined;
  },
  text: string,
): boolean | undefined {
  if (match.exact !== undefined) return match.exact === text;
  if (match.prefix !== undefined) return text.startsWith(match.prefix);
  return match.regex === undefined ? true : expressionMatches(match.regex, text);
}

/** `name.namespace.svc.cluster.local`, `name.namespace.svc`, `name.namespace`: the Service that a name inside the cluster means. */
export function serviceOfHost(
  host: string,
  namespace?: string,
): { readonly name: string; readonly namespace: string } | undefined {
  const labels = bareHost(host).split('.');
  const [name, space, third] = labels;
  if (name === undefined || name === '') return undefined;
  if (labels.length === 1) return namespace === undefined ? undefined : { name, namespace };
  if (space === undefined) return undefined;
  return labels.length === 2 || third === 'svc' ? { name, namespace: space } : undefined;
}

/** The port that a host carries, or 0. */
export function portOfHost(host: string): number {
  const found = /^(?:[^:[\]]*|\[[^\]]*\]):(\d{1,5})$/.exec(host.trim());
  return Number(found?.[1] ?? 0);
}

/** Gateways route by the path alone. */
export function barePath(path: string): string {
  return path.replace(/[?#].*$/s, '');
}

/** What stands before the rest of the path is replaced; `/` for the replacement leaves the rest alone. */
export function withPrefix(path: string, prefix: string, replacement: string): string {
  const rest = path.slice(prefix.replace(/\/+$/, '').length);
  const whole = `${replacement.replace(/\/+$/, '')}${rest === '' || rest.startsWith('/') ? rest : `/${rest}`}`;
  return whole === '' ? '/' : whole;
}

export function isClusterLocal(host: string): boolean {
  return /\.svc(?:\.|$)/.test(bareHost(host));
}
