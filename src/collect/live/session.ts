/**
 * Turns the chosen cluster and user into what a request needs: headers of identity and a connection pool.
 * Responsible for credentials: tokens, token files, certificates, plugins, the old auth providers, impersonation, proxies.
 * It writes no kubeconfig and renews no OIDC token: a refresh token that rotates would be lost to kubectl.
 */
import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { X509Certificate } from 'node:crypto';
import { KubeConfig } from '@kubernetes/client-node';
import type { Cluster, User } from '@kubernetes/client-node';
import { at, isObject, listAt, numberAt, objectAt, textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import { InferscopeProblem } from '../problem.ts';
import type { ClusterChoice, Environment } from './kubeconfig.ts';
import { base64Field, readPartFile, skipsTlsVerification, unusable } from './kubeconfig.ts';
import { environmentProxy } from './environment-proxy.ts';
import { runCredentialPlugin } from './exec-plugin.ts';

export interface Session {
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** What the credential says of its own end, for the message of a 401. Milliseconds since 1970. */
  readonly expiry?: { readonly what: string; readonly at: number };
  /** `token`, `client certificate`, …; `no credential` for an anonymous user. */
  readonly credential: string;
}

export interface Sessions {
  /** The session to use now; renewed when its credential is about to end. */
  current(): Promise<Session>;
  close(): void;
}

export interface SessionOptions {
  readonly choice: ClusterChoice;
  readonly env: Environment;
  readonly interactive: boolean;
  readonly maxSockets: number;
  readonly onPluginMessage?: (text: string) => void;
  readonly signal?: AbortSignal;
}

interface Credential {
  readonly what: string;
  readonly token?: string;
  readonly basic?: { readonly username: string; readonly password: string };
  /** Base64 of PEM. */
  readonly certificate?: string;
  readonly key?: string;
  readonly authProvider?: JsonObject;
  /** Milliseconds since 1970 after which it must be read again. */
  readonly validUntil?: number;
}

// Cloud command lines take seconds; a login in a browser takes minutes.
const PLUGIN_TIMEOUT_MS = 60_000;
const INTERACTIVE_PLUGIN_TIMEOUT_MS = 300_000;
// client-go reads a token file again after a minute (`transport/token_source.go`); no credential is renewed more often.
const RENEWAL_MS = 60_000;
// A credential is renewed a little before its end, since the request still has to travel.
const RENEW_EARLY_MS = 10_000;

function base64(pem: string | undefined): string | undefined {
  return pem === undefined ? undefined : Buffer.from(pem, 'utf8').toString('base64');
}

function certificateFields(options: SessionOptions): Pick<Credential, 'certificate' | 'key'> {
  const { user, origin } = options.choice;
  const certificate = base64Field(user, 'client-certificate', origin);
  const key = base64Field(user, 'client-key', origin);
  return { ...(certificate === undefined ? {} : { certificate }), ...(key === undefined ? {} : { key }) };
}

async function pluginCredential(options: SessionOptions, exec: JsonObject): Promise<Credential> {
  const printed = await runCredentialPlugin({
    choice: options.choice,
    exec,
    env: options.env,
    interactive: options.interactive,
    timeoutMs: options.interactive ? INTERACTIVE_PLUGIN_TIMEOUT_MS : PLUGIN_TIMEOUT_MS,
    ...(options.onPluginMessage ? { onMessage: options.onPluginMessage } : {}),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const certificate = base64(printed.certificate);
  const key = base64(printed.key);
  return {
    what: `credential of the plugin ${textAt(exec, 'command') ?? ''}`,
    ...(printed.token === undefined ? {} : { token: printed.token }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(printed.validUntil === undefined ? {} : { validUntil: printed.validUntil }),
  };
}

/** The end of a JSON web token (`exp`), in milliseconds since 1970. */
function tokenExpiry(token: string): number | undefined {
  const middle = token.split('.')[1];
  if (middle === undefined || middle.length > 16_384) return undefined;
  try {
    const seconds = numberAt(JSON.parse(Buffer.from(middle, 'base64url').toString('utf8')), 'exp');
    return seconds === undefined ? undefined : seconds * 1000;
  } catch {
    // An opaque token: it says nothing of its end.
    return undefined;
  }
}

function authProviderCredential(options: SessionOptions, provider: JsonObject): Credential {
  const name = textAt(provider, 'name') ?? '';
  const { choice } = options;
  const context = choice.context === undefined ? '' : ` --context ${choice.context}`;
  const idToken = textAt(provider, 'config', 'id-token');
  const ends = idToken === undefined ? undefined : tokenExpiry(idToken);
  if (name === 'oidc' && ends !== undefined && ends < Date.now()) {
    throw new InferscopeProblem({
      code: 'IS0012',
      tried: `Read the credentials of user ${choice.userName}, from ${choice.origin}`,
      found: `The OIDC id-token of the kubeconfig expired at ${new Date(ends).toISOString()}; only kubectl renews it`,
      todo: [`kubectl${context} version`],
    });
  }
  const config = objectAt(provider, 'config') ?? {};
  return { what: `credential of the auth provider ${name}`, authProvider: { ...provider, config: { ...config } } };
}

async function readCredential(options: SessionOptions): Promise<Credential> {
  const { user, origin } = options.choice;
  const certificate = certificateFields(options);
  const exec = objectAt(user.body, 'exec');
  if (exec) return { ...certificate, ...(await pluginCredential(options, exec)) };
  const tokenFile = textAt(user.body, 'tokenFile') ?? textAt(user.body, 'token-file') ?? '';
  if (tokenFile !== '') {
    const token = readPartFile(user, tokenFile, 'tokenFile', origin).toString('utf8').trim();
    return { ...certificate, what: 'token', token, validUntil: Date.now() + RENEWAL_MS };
  }
  const token = textAt(user.body, 'token')?.trim() ?? '';
  if (token !== '') return { ...certificate, what: 'token', token };
  const username = textAt(user.body, 'username') ?? '';
  if (username !== '') {
    return { ...certificate, what: 'password', basic: { username, password: textAt(user.body, 'password') ?? '' } };
  }
  const provider = objectAt(user.body, 'auth-provider');
  if (provider) return { ...certificate, ...authProviderCredential(options, provider) };
  return { ...certificate, what: certificate.certificate === undefined ? 'no credential' : 'client certificate' };
}

function impersonation(user: JsonObject): Record<string, string | readonly string[]> {
  const headers: Record<string, string | readonly string[]> = {};
  const name = textAt(user, 'as');
  const uid = textAt(user, 'as-uid');
  const groups = listAt(user, 'as-groups').filter((entry) => typeof entry === 'string');
  if (name !== undefined && name !== '') headers['impersonate-user'] = name;
  if (uid !== undefined && uid !== '') headers['impersonate-uid'] = uid;
  if (groups.length > 0) headers['impersonate-group'] = groups;
  const extra = at(user, 'as-user-extra');
  for (const [key, values] of Object.entries(isObject(extra) ? extra : {})) {
    const texts = listAt(values).filter((entry) => typeof entry === 'string');
    if (texts.length > 0) headers[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = texts;
  }
  return headers;
}

function clusterFor(options: SessionOptions): Cluster {
  const { choice } = options;
  const caData = base64Field(choice.cluster, 'certificate-authority', choice.origin);
  const tlsServerName = textAt(choice.cluster.body, 'tls-server-name') ?? '';
  const ownProxy = textAt(choice.cluster.body, 'proxy-url') ?? '';
  const proxyUrl = ownProxy === '' ? environmentProxy(choice.server, options.env) : ownProxy;
  return {
    name: 'cluster',
    server: choice.server,
    // KubeConfig refuses plain http otherwise; kubectl does not (`kubectl proxy` serves http on loopback).
    skipTLSVerify: skipsTlsVerification(choice.cluster) || choice.server.toLowerCase().startsWith('http:'),
    ...(caData === undefined ? {} : { caData }),
    ...(tlsServerName === '' ? {} : { tlsServerName }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  };
}

function userFor(credential: Credential): User {
  return {
    name: 'user',
    ...(credential.token === undefined ? {} : { token: credential.token }),
    ...(credential.certificate === undefined ? {} : { certData: credential.certificate }),
    ...(credential.key === undefined ? {} : { keyData: credential.key }),
    ...credential.basic,
    ...(credential.authProvider === undefined ? {} : { authProvider: credential.authProvider }),
  };
}

function certificateExpiry(credential: Credential, origin: string): number | undefined {
  if (credential.certificate === undefined) return undefined;
  try {
    return Date.parse(new X509Certificate(Buffer.from(credential.certificate, 'base64')).validTo);
  } catch (error) {
    throw unusable(origin, 'The client certificate is no X.509 certificate', ['kubectl config view --raw'], error);
  }
}

async function openSession(options: SessionOptions, credential: Credential): Promise<Session> {
  const { choice } = options;
  const config = new KubeConfig();
  config.loadFromClusterAndUser(clusterFor(options), userFor(credential));
  const request: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(request);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InferscopeProblem({
      code: 'IS0016',
      tried: `Read the credentials of user ${choice.userName}, from ${choice.origin}`,
      found: `The ${credential.what} could not be had: ${message.split('\n')[0] ?? ''}`,
      todo: [`kubectl${choice.context === undefined ? '' : ` --context ${choice.context}`} version`],
      cause: error,
    });
  }
  const { agent } = request;
  if (typeof agent !== 'object') throw new TypeError('KubeConfig gave no connection pool');
  // KubeConfig has no setting for these; the pool reads them at every request.
  Object.assign(agent, { keepAlive: true, maxSockets: options.maxSockets, maxFreeSockets: options.maxSockets });
  const headers: Record<string, string | readonly string[]> = impersonation(choice.user.body);
  const authorization = isObject(request.headers) ? textAt(request.headers, 'Authorization') : undefined;
  if (authorization !== undefined) headers['authorization'] = authorization.trim();
  if (typeof request.auth === 'string')
    headers['authorization'] = `Basic ${Buffer.from(request.auth).toString('base64')}`;
  const bearer = authorization === undefined ? undefined : tokenExpiry(authorization);
  const certificateEnds = certificateExpiry(credential, choice.origin);
  const ends = bearer ?? certificateEnds;
  return {
    agent,
    headers,
    credential: credential.what,
    ...(ends === undefined
      ? {}
      : { expiry: { what: bearer === undefined ? 'client certificate' : credential.what, at: ends } }),
  };
}

/** Credentials are read at the first call of `current`, not before; calls at the same time share one reading. */
export function createSessions(options: SessionOptions): Sessions {
  let kept: { readonly session: Session; readonly validUntil: number; readonly material: string } | undefined;
  let opening: Promise<Session> | undefined;

  async function renew(): Promise<Session> {
    const credential = await readCredential(options);
    const session = await openSession(options, credential);
    const material = `${credential.certificate ?? ''} ${credential.key ?? ''}`;
    // Connections outlive a new token; only a new certificate needs new ones.
    const reuse = kept !== undefined && kept.material === material;
    if (reuse) session.agent.destroy();
    const next = kept && reuse ? { ...session, agent: kept.session.agent } : session;
    // What is issued already expired is for the server to refuse, not to be asked for again at every request.
    const soonest = Date.now() + RENEWAL_MS;
    const ends = credential.validUntil ?? Number.POSITIVE_INFINITY;
    kept = { session: next, validUntil: Math.max(ends - RENEW_EARLY_MS, soonest), material };
    return next;
  }

  return {
    current() {
      if (kept && Date.now() < kept.validUntil) return Promise.resolve(kept.session);
      opening ??= renew().finally(() => {
        opening = undefined;
      });
      return opening;
    },
    close() {
      kept?.session.agent.destroy();
    },
  };
}
