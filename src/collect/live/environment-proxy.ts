/**
 * The proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY ask for, by the rules that kubectl follows (Go's `golang.org/x/net/http/httpproxy`).
 * Pure: it reads the environment that it is given and nothing else.
 */
import { BlockList, isIP } from 'node:net';
import type { Environment } from './kubeconfig.ts';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function inRange(host: string, range: string): boolean {
  const family = isIP(host);
  const [base = '', prefix = ''] = range.split('/');
  const bits = Number(prefix);
  if (family === 0 || isIP(base) !== family || prefix === '' || !Number.isInteger(bits)) return false;
  if (bits < 0 || bits > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const type = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(base, bits, type);
  return list.check(host, type);
}

function excludes(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return inRange(host, entry);
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(entry);
  const plain = isIP(entry) === 6 ? undefined : /^([^:]+)(?::(\d+))?$/.exec(entry);
  const [name, wantedPort] = bracketed
    ? [bracketed[1], bracketed[2]]
    : plain
      ? [plain[1], plain[2]]
      : [entry, undefined];
  if (name === undefined || (wantedPort !== undefined && wantedPort !== port)) return false;
  const domain = name.replace(/^\*?\./, '');
  if (name === host) return true;
  return isIP(host) === 0 && (domain === host ? !name.startsWith('.') : host.endsWith(`.${domain}`));
}

/** The proxy's address, with its scheme; undefined where the server is reached directly. */
export function environmentProxy(server: string, env: Environment): string | undefined {
  const url = new URL(server);
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const secure = url.protocol === 'https:';
  const names = secure ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy'];
  const proxy = names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
  if (proxy === undefined || isLoopback(host)) return undefined;
  const port = url.port === '' ? (secure ? '443' : '80') : url.port;
  const exceptions = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').toLowerCase().split(',');
  if (exceptions.some((entry) => entry.trim() !== '' && excludes(entry.trim(), host, port))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}
