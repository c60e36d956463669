/**
 * Tries TLS handshakes from this machine to hosts that the extension needs: nothing is sent beyond the handshake, and no credential is used. Only called where
 * a person asked for it. What it finds holds for this machine; the nodes of the cluster may take another way.
 */
import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { ConnectionResult } from '../model/preflight.ts';

export interface HostToReach {
  readonly host: string;
  readonly port: number;
  readonly purpose: string;
}

export interface ConnectOptions {
  /** Of one handshake, look-up of the name included; 5 s where left out. */
  readonly timeoutMs?: number;
  /** PEM of authorities to trust instead of those of Node. */
  readonly ca?: string;
}

const TIMEOUT_MS = 5000;
const MOST_HOSTS = 40;

/**
 * The hosts of azure-ai-docs how-to-deploy-kubernetes-extension.md and how-to-access-azureml-behind-firewall.md that can be named without knowing the
 * workspace; those of a region only where it is known.
 */
export function documentedHosts(region: string | undefined, named: readonly HostToReach[]): readonly HostToReach[] {
  const host = (name: string, purpose: string): HostToReach => ({ host: name, port: 443, purpose });
  const hosts = [
    host('mcr.microsoft.com', 'images of the extension'),
    host('login.microsoftonline.com', 'tokens of Microsoft Entra'),
    host('management.azure.com', 'Azure Resource Manager'),
    ...(region === undefined
      ? []
      : [
          host(`${region}.api.azureml.ms`, 'the Azure Machine Learning service'),
          host(`${region}.experiments.azureml.net`, 'run history of jobs'),
          host(`${region}.dp.kubernetesconfiguration.azure.com`, 'the agents of the cluster extension'),
        ]),
    ...named,
  ];
  return [...new Map(hosts.map((one) => [`${one.host}:${one.port}`, one])).values()].slice(0, MOST_HOSTS);
}

/** All at once; in the order of `hosts`. Never rejects. */
export function connectHosts(
  hosts: readonly HostToReach[],
  options: ConnectOptions = {},
): Promise<readonly ConnectionResult[]> {
  return Promise.all(hosts.map((host) => handshake(host, options)));
}

function handshake(target: HostToReach, { timeoutMs = TIMEOUT_MS, ca }: ConnectOptions): Promise<ConnectionResult> {
  const { host, port } = target;
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port,
      // An address is no server name (RFC 6066 §3).
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ...(ca === undefined ? {} : { ca }),
      // Who signed a certificate that is not trusted is what has to be told; nothing is sent to such a server.
      rejectUnauthorized: false,
    });
    const timer = setTimeout(() => end('timeout', `no handshake within ${timeoutMs} ms`), timeoutMs);
    let ended = false;
    function end(result: ConnectionResult['result'], detail: string): void {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...target, result, detail });
    }
    socket.once('secureConnect', () => {
      if (socket.authorized) end('connected', socket.getProtocol() ?? 'TLS');
      else end('untrusted', untrustedText(socket));
    });
    socket.once('error', (error: NodeJS.ErrnoException) => end(resultOf(error), errorText(error)));
    socket.once('close', () => end('failed', 'the connection was closed during the handshake'));
  });
}

function resultOf(error: NodeJS.ErrnoException): ConnectionResult['result'] {
  switch (error.code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return 'not-resolved';
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'failed';
  }
}

const LONGEST_DETAIL = 300;

function errorText(error: NodeJS.ErrnoException): string {
  // Several addresses of one name fail each for itself (net autoSelectFamily), and Node's sum of it has no words.
  const [first] = error instanceof AggregateError ? error.errors : [];
  const text = error.message !== '' ? error.message : first instanceof Error ? first.message : (error.code ?? '');
  // Of OpenSSL's `80FC…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…` the words alone.
  const words = /:error:[0-9A-F]{8}:[^:]{0,80}:[^:]{0,80}:([^:]{1,100})/.exec(text)?.[1];
  return (words ?? text).slice(0, LONGEST_DETAIL);
}

/** `issued by CN=proxy.corp, O=Acme: self-signed certificate in certificate chain`. */
function untrustedText(socket: TLSSocket): string {
  const { issuer }: Partial<PeerCertificate> = socket.getPeerCertificate();
  const parts = (['CN', 'O'] as const).flatMap((name) => {
    const value: unknown = issuer?.[name];
    return value === undefined || value === ''
      ? []
      : [`${name}=${Array.isArray(value) ? value.join('+') : String(value)}`];
  });
  const who = parts.length === 0 ? 'an issuer without a name' : parts.join(', ');
  const why: unknown = socket.authorizationError;
  const words = why instanceof Error ? why.message : typeof why === 'string' ? why : 'not trusted';
  return `issued by ${who}: ${words}`.slice(0, LONGEST_DETAIL);
}
