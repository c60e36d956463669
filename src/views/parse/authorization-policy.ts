/**
 * Whether a rule of an Istio AuthorizationPolicy fits a request (istio.io/api security/v1beta1 authorization_policy.proto). Pure and three-valued: what
 * depends on a token, an address or a header that nobody knows is unknown, with the reason.
 */
import { isObject, listAt, objectAt, textAt } from '../../model/json.ts';

export interface PolicyRequest {
  readonly host: string;
  /** Without a query. */
  readonly path: string;
  readonly method: string;
  readonly port?: number;
}

/** Who sends it, as the proxy that decides knows it: by mutual TLS, or not at all. */
export type PolicySource =
  | { readonly kind: 'unknown' }
  /** Speaks plain: it has neither namespace nor principal. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'mesh'; readonly namespace: string; readonly serviceAccount?: string };

/** What is neither `yes` nor `no` depends on a token, on who calls, on a header or the like. */
export type PolicyFit = 'yes' | 'no' | 'token' | 'caller' | 'condition';

/** A policy without rules fits nothing; a rule that says nothing fits everything. */
export function policyFits(policy: unknown, request: PolicyRequest, source: PolicySource): PolicyFit {
  return any(listAt(policy, 'spec', 'rules').map((rule) => ruleFits(rule, request, source)));
}

function ruleFits(rule: unknown, request: PolicyRequest, source: PolicySource): PolicyFit {
  const from = listAt(rule, 'from');
  const to = listAt(rule, 'to');
  return all([
    to.length === 0 ? 'yes' : any(to.map((entry) => operationFits(objectAt(entry, 'operation'), request))),
    from.length === 0 ? 'yes' : any(from.map((entry) => sourceFits(objectAt(entry, 'source'), source))),
    listAt(rule, 'when').length === 0 ? 'yes' : 'condition',
  ]);
}

function any(fits: readonly PolicyFit[]): PolicyFit {
  if (fits.includes('yes')) return 'yes';
  return fits.find((fit) => fit !== 'no') ?? 'no';
}

function all(fits: readonly PolicyFit[]): PolicyFit {
  if (fits.includes('no')) return 'no';
  return fits.find((fit) => fit !== 'yes') ?? 'yes';
}

function operationFits(operation: unknown, request: PolicyRequest): PolicyFit {
  const fields: readonly (readonly [string, string, string | undefined])[] = [
    ['hosts', 'notHosts', request.host],
    ['paths', 'notPaths', request.path],
    ['methods', 'notMethods', request.method],
    ['ports', 'notPorts', request.port === undefined ? undefined : String(request.port)],
  ];
  return all(
    fields.flatMap(([field, not, text]): readonly PolicyFit[] => {
      const wanted = listAt(operation, field);
      const unwanted = listAt(operation, not);
      if (wanted.length === 0 && unwanted.length === 0) return [];
      if (text === undefined) return ['condition'];
      const values = field === 'hosts' ? lowered(wanted) : wanted;
      const refused = field === 'hosts' ? lowered(unwanted) : unwanted;
      const fits = (values.length === 0 || matchesAny(values, text)) && !matchesAny(refused, text);
      return [fits ? 'yes' : 'no'];
    }),
  );
}

/** Hosts are compared without regard to case. */
function lowered(values: readonly unknown[]): readonly unknown[] {
  return values.map((value) => (typeof value === 'string' ? value.toLowerCase() : value));
}

function sourceFits(wanted: unknown, source: PolicySource): PolicyFit {
  if (!isObject(wanted)) return 'yes';
  return all(
    Object.entries(wanted).flatMap(([field, values]): readonly PolicyFit[] => {
      if (!Array.isArray(values) || values.length === 0) return [];
      const negated = field.startsWith('not');
      const name = negated ? field.charAt(3).toLowerCase() + field.slice(4) : field;
      const fit = identityFits(name, values, source);
      return [negated ? inverse(fit) : fit];
    }),
  );
}

function inverse(fit: PolicyFit): PolicyFit {
  return fit === 'yes' ? 'no' : fit === 'no' ? 'yes' : fit;
}

function identityFits(name: string, values: readonly unknown[], source: PolicySource): PolicyFit {
  if (name === 'requestPrincipals') return 'token';
  if (name !== 'namespaces' && name !== 'principals' && name !== 'serviceAccounts') return 'caller';
  if (source.kind === 'unknown') return 'caller';
  if (source.kind === 'plain') return 'no';
  if (name === 'namespaces') return matchesAny(values, source.namespace) ? 'yes' : 'no';
  const account = source.serviceAccount;
  if (account !== undefined)
    return matchesAny(
      values,
      name === 'principals' ? `cluster.local/ns/${source.namespace}/sa/${account}` : `${source.namespace}/${account}`,
    )
      ? 'yes'
      : 'no';
  if (values.includes('*')) return 'yes';
  // Somebody of that namespace is meant; whether this one is not known.
  return values.some((value) => typeof value === 'string' && value.includes(source.namespace)) ? 'caller' : 'no';
}

/** Exact, `prefix*`, `*suffix`, or `*` for anything that is there. Paths may use `{*}` and `{**}` (Istio 1.22). */
function matchesAny(patterns: readonly unknown[], text: string): boolean {
  return patterns.some((pattern) => typeof pattern === 'string' && matches(pattern.slice(0, 500), text));
}

function matches(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== '';
  if (pattern.includes('{*')) return matchesTemplate(pattern, text);
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern.startsWith('*') ? text.endsWith(pattern.slice(1)) : pattern === text;
}

/** `{*}` stands for one segment, `{**}` for any number of them at the end. */
function matchesTemplate(pattern: string, text: string): boolean {
  const wanted = pattern.split('/');
  const given = text.split('/');
  for (const [index, segment] of wanted.entries()) {
    if (segment === '{**}' && index === wanted.length - 1) return true;
    const actual = given[index];
    if (actual === undefined || (segment !== '{*}' && segment !== '{**}' && segment !== actual)) return false;
  }
  return wanted.length === given.length;
}

/** Names of the tokens' issuers that a RequestAuthentication takes; a request without a token passes it all the same. */
export function issuersOf(authentication: unknown): readonly string[] {
  return listAt(authentication, 'spec', 'jwtRules').flatMap((rule) => textAt(rule, 'issuer') ?? []);
}
