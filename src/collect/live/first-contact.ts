/**
 * Judges the first answer of a cluster: whether there is a Kubernetes API to talk to at all, and if not, what to do about it.
 * Words only; it sends nothing. Codes of TLS errors: Node's `tls` documentation, "X509 certificate error codes".
 */
import { isObject, textAt } from '../../model/json.ts';
import { InferscopeProblem } from '../problem.ts';
import type { ProblemCode } from '../problem.ts';
import type { Exchange } from './exchange.ts';
import type { ClusterChoice } from './kubeconfig.ts';
import type { Session } from './session.ts';

/** `unclear`: a 404 that both a cluster (for a group it does not serve) and any web server give. */
export type Contact =
  | { readonly state: 'kubernetes' }
  | { readonly state: 'unclear' }
  | { readonly state: 'problem'; readonly problem: InferscopeProblem };

export interface ContactTarget {
  readonly choice: ClusterChoice;
  readonly timeoutMs: number;
}

type Todo = readonly [string, ...string[]];

const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
]);
const OTHER_CERTIFICATE_ERRORS = new Set([
  'CERT_REVOKED',
  'CERT_REJECTED',
  'INVALID_PURPOSE',
  'CERT_CHAIN_TOO_LONG',
  'HOSTNAME_MISMATCH',
]);
const NOT_TLS = /ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE|INVALID_ALERT)/;

function contextFlag(choice: ClusterChoice): string {
  return choice.context === undefined ? '' : ` --context ${choice.context}`;
}

function problem(target: ContactTarget, code: ProblemCode, found: string, todo: Todo, cause?: Error): Contact {
  const { choice, timeoutMs } = target;
  const context = choice.context === undefined ? '' : `, context ${choice.context}`;
  const tried = `Asked ${choice.server}${context}, from ${choice.origin}, for ${timeoutMs / 1000} s`;
  return {
    state: 'problem',
    problem: new InferscopeProblem({ code, tried, found, todo, ...(cause ? { cause } : {}) }),
  };
}

function unreachable(target: ContactTarget, found: string, cause?: Error): Contact {
  const todo: Todo = [
    `kubectl${contextFlag(target.choice)} version`,
    'inferscope … --from FILE reads a saved capture and needs no cluster',
  ];
  return problem(target, 'IS0010', found, todo, cause);
}

function untrusted(target: ContactTarget, found: string, first: string, cause: Error): Contact {
  const url = new URL(target.choice.server);
  const address = `${url.hostname}:${url.port === '' ? '443' : url.port}`;
  return problem(target, 'IS0015', found, [first, `openssl s_client -connect ${address} -showcerts </dev/null`], cause);
}

function connectionProblem(target: ContactTarget, error: Error, code: string): Contact {
  const host = new URL(target.choice.server).host;
  const name = 'kubectl config set-cluster NAME';
  if (UNKNOWN_AUTHORITY.has(code)) {
    const found = `The certificate of ${host} is signed by an authority that the kubeconfig does not name (${error.message})`;
    return untrusted(target, found, `${name} --embed-certs --certificate-authority=FILE`, error);
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const when = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    const found = `The certificate of ${host} or of its authority ${when} by the clock of this machine`;
    return untrusted(
      target,
      found,
      `compare the clock of this machine (date -u) with the dates of the certificate`,
      error,
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const found = `The certificate is for other names than ${host}: ${error.message.slice(0, 300)}`;
    return untrusted(target, found, `${name} --tls-server-name=A-NAME-IN-THE-CERTIFICATE`, error);
  }
  if (OTHER_CERTIFICATE_ERRORS.has(code)) {
    return untrusted(
      target,
      `The certificate of ${host} is refused (${error.message})`,
      'have the certificate issued anew',
      error,
    );
  }
  if (code.startsWith('ERR_OSSL_') || code === 'ERR_CRYPTO_INVALID_STATE') {
    const found = `The certificate or key of the kubeconfig is unusable: ${error.message}`;
    return problem(target, 'IS0011', found, ['kubectl config view --raw'], error);
  }
  if (NOT_TLS.test(code) || (code === 'EPROTO' && /wrong version number|packet length/.test(error.message))) {
    return problem(
      target,
      'IS0014',
      'The address is https, but what listens there speaks no TLS',
      [`${name} --server=http://${host}`],
      error,
    );
  }
  if (/ERR_SSL_.*(?:CERTIFICATE|ALERT_ACCESS_DENIED|ALERT_UNKNOWN_CA)/.test(code)) {
    return problem(
      target,
      'IS0012',
      `The server refused the client certificate: ${error.message}`,
      loginTodo(target),
      error,
    );
  }
  if (code === 'ENOTFOUND') return unreachable(target, `No such host: the name ${host} does not resolve`, error);
  if (code === 'EAI_AGAIN')
    return unreachable(target, `The name ${host} could not be resolved: the name server did not answer`, error);
  if (code === 'ECONNREFUSED') return unreachable(target, `Connection refused: nothing listens at ${host}`, error);
  return unreachable(target, `The connection failed: ${messageOf(error)}`, error);
}

/** Node joins the failures of several addresses into one error without words of its own. */
function messageOf(error: Error): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors
      .map((each) => (each instanceof Error ? each.message : String(each)))
      .join('; ')
      .slice(0, 400);
  }
  return error.message.slice(0, 400);
}

function loginTodo(target: ContactTarget): Todo {
  return [
    `kubectl${contextFlag(target.choice)} auth whoami`,
    `log in again, so that ${target.choice.origin} holds fresh credentials`,
  ];
}

function rejected(target: ContactTarget, session: Session, date: string | undefined): Contact {
  const now = Date.parse(date ?? '');
  const { expiry } = session;
  const expired = expiry !== undefined && !Number.isNaN(now) && expiry.at < now;
  const why = expired
    ? `; the ${expiry.what} expired at ${new Date(expiry.at).toISOString()}`
    : ` with the ${session.credential} of user ${target.choice.userName}`;
  const found =
    session.credential === 'no credential'
      ? 'The server answered 401 and the context has no credential'
      : `The server answered 401 Unauthorized${why}`;
  return problem(target, 'IS0012', found, loginTodo(target));
}

function isKubernetesBody(text: string): boolean {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Cut short: what kind of API it was from cannot be told, and the caller reports the broken JSON.
    return true;
  }
  if (!isObject(body)) return false;
  return textAt(body, 'kind') !== undefined || textAt(body, 'gitVersion') !== undefined;
}

function notKubernetes(target: ContactTarget, found: string): Contact {
  return problem(target, 'IS0014', found, [
    `kubectl${contextFlag(target.choice)} cluster-info`,
    `curl -k ${target.choice.server}/version`,
  ]);
}

/** What a gateway in front of the cluster answers when the cluster itself does not. */
function isGatewayError(status: number): boolean {
  return status === 502 || status === 503 || status === 504;
}

/** The origin only: a login address carries state that belongs to nobody's report. */
export function redirectTarget(location: string | undefined, base: string): string {
  if (location === undefined || !URL.canParse(location, base)) return 'an unnamed place';
  return new URL(location, base).origin;
}

/** Judges the first exchange with a cluster. `log`: plain text is a right answer there. */
export function judgeFirstContact(
  target: ContactTarget,
  session: Session,
  result: Exchange,
  expects: 'json' | 'log',
): Contact {
  if (result.kind === 'error' && !result.midway) return connectionProblem(target, result.error, result.code);
  if (result.kind === 'timeout') return unreachable(target, `No answer within ${result.afterMs / 1000} s`);
  if (result.kind !== 'answer') return { state: 'kubernetes' };
  const { status, headers, text } = result;
  const type = headers['content-type'] ?? '';
  if (status === 401) return rejected(target, session, headers.date);
  if (status >= 300 && status < 400) {
    return notKubernetes(target, `The server redirected to ${redirectTarget(headers.location, target.choice.server)}`);
  }
  if (type.includes('application/json')) {
    if (isKubernetesBody(text)) return { state: 'kubernetes' };
    if (isGatewayError(status)) return unreachable(target, `A gateway answered ${status} in place of the cluster`);
    return notKubernetes(target, `The server answered ${status} with JSON that is no Kubernetes object`);
  }
  if (isGatewayError(status)) return unreachable(target, `A gateway answered ${status} in place of the cluster`);
  if (status === 400 && text.includes('HTTP request to an HTTPS server')) {
    const secure = target.choice.server.replace(/^http:/i, 'https:');
    return problem(target, 'IS0014', 'The address is http, but what listens there speaks https', [
      `kubectl config set-cluster NAME --server=${secure}`,
    ]);
  }
  const html = type.includes('html') || /^\s*<(?:!doctype|html)/i.test(text.slice(0, 200));
  if (!html && status === 404) return { state: 'unclear' };
  if (!html && (status >= 400 || expects === 'log')) return { state: 'kubernetes' };
  return notKubernetes(
    target,
    `The server answered ${status} with ${html ? 'an HTML page' : `the content type "${type.slice(0, 80)}"`}, not with JSON`,
  );
}

/** After an unclear 404 and a second one at `/version`. */
export function notAnApi(target: ContactTarget): InferscopeProblem | undefined {
  const contact = notKubernetes(target, 'The server answered 404 to everything, /version too');
  return contact.state === 'problem' ? contact.problem : undefined;
}
