/**
 * That a container of a model's pod could not reach the identity proxy of Azure ML, from the end of its log. The storage initializer and the
 * identity sidecar ask it for tokens (`STORAGE_CREDENTIAL_ENDPOINT`, seen as https://amlarc-identity-proxy-service.azureml.svc.cluster.local/token);
 * their log formats are not published, so the address beside a failure of the network is what counts. Pure.
 */
import type { Lookup } from '../../model/evidence.ts';
import type { ContainerRun } from '../container-runs.ts';
import type { LogHit, RunLog } from '../run-log.ts';

export interface IdentityProxyFailure {
  readonly run: ContainerRun;
  readonly hit: LogHit;
  readonly how: 'name' | 'refused' | 'timeout' | 'reset' | 'tls' | 'status';
  /** As the log or the variable writes it, without port. */
  readonly host: string;
  readonly status?: string;
}

const HOST = /amlarc-identity-proxy(?:-service)?(?:\.[a-z0-9-]{1,63}){0,4}/;
/** A client says what it calls, and a traceback of its libraries follows. */
const LONGEST_TRACE = 120;
const CONTAINERS = /^(?:storage-?initializer|identity-sidecar)/;

const FAILURES: readonly { readonly how: IdentityProxyFailure['how']; readonly words: RegExp }[] = [
  {
    how: 'name',
    words:
      /no such host|Name or service not known|Temporary failure in name resolution|Failed to resolve|getaddrinfo|Name does not resolve|server misbehaving|could not resolve|dns error|failed to lookup address|lookup [\w.-]{1,253} on \S{1,60}:53: /i,
  },
  { how: 'refused', words: /connection refused|Errno 111|ECONNREFUSED|No route to host|Errno 113/i },
  { how: 'timeout', words: /timed? ?out|deadline exceeded|ETIMEDOUT|Errno 110/i },
  { how: 'tls', words: /x509|CERTIFICATE_VERIFY_FAILED|certificate verify failed|tls: /i },
  { how: 'reset', words: /connection reset|unexpected EOF|Errno 104|Remote end closed|broken pipe/i },
];

/** `\b` before the status: `HTTP 403`, `status code: 500`, `status=401`. */
const STATUS = /(?:HTTP\/?[\d.]{0,4}|status(?:[ _]?code)?)["']?[ :=]{1,3}(?<status>[45]\d\d)\b/i;

const SUCCEEDED =
  /(?:HTTP\/?[\d.]{0,4}|status(?:[ _]?code)?)["']?[ :=]{1,3}2\d\d\b|token (?:was )?(?:received|acquired|obtained)/i;

export function identityProxyFailure(runs: Lookup<readonly ContainerRun[]>): IdentityProxyFailure | undefined {
  if (runs.state !== 'present') return undefined;
  for (const run of runs.value) {
    if (!isIdentityClient(run) || run.log.state !== 'present') continue;
    const call = failedProxyCall(run.log.value);
    if (call !== undefined) return { run, ...call };
  }
  return undefined;
}

/** Containers of Azure ML that ask the proxy for tokens. */
export function isIdentityClient({ container }: ContainerRun): boolean {
  return CONTAINERS.test(container.name);
}

const URL = /https?:\/\/(?<host>[\w.-]{1,253})/;

/** The call of the identity proxy that ended a run; undefined where the run ended otherwise, or another address was called since. */
export function failedProxyCall(log: RunLog): Omit<IdentityProxyFailure, 'run'> | undefined {
  const hit = log.ending(...FAILURES.map(({ words }) => words), STATUS);
  if (hit === undefined) return undefined;
  const how = FAILURES.find(({ words }) => words.test(hit.text))?.how ?? 'status';
  const last = Math.min(hit.line + 2, log.lines.length);
  // A status may be anybody's: it counts beside the address only.
  const named = log.before(last, how === 'status' ? 2 : LONGEST_TRACE, URL, HOST);
  const host = HOST.exec(named?.text ?? '')?.[0];
  if (host === undefined) return undefined;
  // The proxy answered: what failed since is another call.
  const since = log.before(hit.line, Math.max(0, hit.line - (named?.line ?? hit.line)), SUCCEEDED);
  if (since !== undefined) return undefined;
  const status = STATUS.exec(hit.text)?.groups?.['status'];
  return { hit, how, host, ...(status === undefined ? {} : { status }) };
}
