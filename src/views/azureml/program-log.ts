/**
 * The last words of a program of the Azure ML extension on its way to Azure, and whether it came through since. Formats of these logs are not
 * published: an address that is known beside a failure of the network or a refusal counts, whatever stands around them.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import type { ViewContext } from '../../model/reader.ts';
import { componentLogs } from '../component-logs.ts';
import { useComponent, type PlatformComponent } from '../platform-component.ts';
import type { ComponentId } from '../parse/platform-components.ts';

export interface LogLine {
  readonly text: string;
  readonly pod: string;
  /** Which of the logs that were read: those of several replicas and containers are not one. */
  readonly log: number;
  readonly cite: Citation;
}

export interface ProgramLog {
  readonly component: PlatformComponent;
  /** Oldest first, of each container in turn. */
  readonly lines: readonly LogLine[];
  readonly gaps: readonly EvidenceGap[];
}

/** Of every container so many of the last lines are about now. */
const MOST_LINES = 2000;
const LONGEST_LINE = 4096;

/** Logs of a component; called only where its words decide, since it asks for logs. The caller declares the needs `log` and `Pod`. */
export function programLog(context: ViewContext, id: ComponentId): Lookup<ProgramLog> {
  const component = useComponent(context, id);
  if (component.state !== 'present') return component;
  const { pods, podsSeen, logs, gaps } = componentLogs(context, component.value.workload);
  if (pods.length === 0 && podsSeen.state === 'unknown') return podsSeen;
  const lines = logs.flatMap(({ pod, text: log }, number) => {
    const from = Math.max(0, log.lines.length - MOST_LINES);
    return log.lines.slice(from).map((text, index) => ({
      text: text.slice(0, LONGEST_LINE),
      pod: pod.ref.name,
      log: number,
      cite: log.cite(`log of ${component.value.info.title}`, from + index + 1),
    }));
  });
  return { state: 'present', cite: component.cite, value: { component: component.value, lines, gaps } };
}

/** What a call to Azure failed of, in the order in which a request passes. */
export type CallFailure = 'proxy' | 'name' | 'timeout' | 'refused' | 'certificate' | 'throttled' | 'denied' | 'failed';

const FAILURES: readonly { readonly how: CallFailure; readonly words: RegExp }[] = [
  {
    how: 'proxy',
    words: /proxyconnect|proxy(?:\s+\w+)? (?:authentication required|error)|Tunnel connection failed|\b407\b/i,
  },
  {
    how: 'name',
    words:
      /no such host|Name or service not known|Temporary failure in name resolution|Failed to resolve|getaddrinfo|Name does not resolve|server misbehaving|could not resolve|nodename nor servname|lookup [\w.-]{1,253} on \S{1,60}:53: /i,
  },
  {
    how: 'certificate',
    words:
      /x509|CERTIFICATE_VERIFY_FAILED|certificate verify failed|certificate signed by unknown authority|RemoteCertificate|unable to get local issuer|SSL connection could not be established/i,
  },
  {
    how: 'timeout',
    words: /timed? ?out|deadline exceeded|ETIMEDOUT|TaskCanceledException|request was canceled due to/i,
  },
  {
    how: 'refused',
    words: /connection refused|No route to host|network is unreachable|connection reset|ECONNREFUSED|unexpected EOF/i,
  },
  { how: 'throttled', words: /(?:\b429\b|Too ?Many ?Requests|throttl)/i },
  { how: 'denied', words: /(?:\b40[13]\b|Unauthorized|Forbidden|access denied|AADSTS\d{4,8})/i },
  { how: 'failed', words: /(?:\b5\d\d\b|\bfail(?:ed|ure)?\b|\berror\b|exception)/i },
];

/** `error=<nil>`, `errors: 0`, and numbers of something else that look like a status: `512 ms`. */
const HARMLESS =
  /\b(?:err|errors?|failures?|failed)["']?\s{0,2}[:=]\s{0,2}["']?(?:<?nil>?|null|false|0)\b["'>]?|\b\d{1,9}(?:\.\d{1,9})? ?(?:ms|µs|us|ns|s|sec|seconds|bytes|B|KB)\b/gi;

function bare(text: string): string {
  return text.replaceAll(HARMLESS, ' ');
}

function failureIn(text: string): CallFailure | undefined {
  return FAILURES.find(({ words }) => words.test(text))?.how;
}

/** The token call that failed last. */
export interface TokenFailure {
  /** identity: none is set. token: Microsoft Entra. challenge: the registry's `/v2/`. exchange: the registry's `/oauth2/exchange`. */
  readonly step: 'identity' | 'token' | 'challenge' | 'exchange';
  readonly how: CallFailure;
  /** Of the endpoint that was called, where the line names it. */
  readonly host?: string;
  /** Azure's name for it. */
  readonly azure: string;
  readonly code?: string;
  readonly line: LogLine;
}

const REGISTRY =
  /(?<host>[a-z0-9][a-z0-9.-]{1,200}\.(?:azurecr\.(?:io|cn|us|de)|[a-z0-9.-]{2,100}))(?::\d{1,5})?\/v2\/?(?=["'\s:?]|$)/i;
const EXCHANGE = /(?:https?:\/\/)?(?<host>[a-z0-9][a-z0-9.-]{1,200})(?::\d{1,5})?\/oauth2\/(?:exchange|token)/i;
const ENTRA =
  /(?<host>login\.(?:microsoftonline|windows|partner\.microsoftonline|chinacloudapi)\.[a-z]{2,3}|login\.microsoftonline\.us|169\.254\.169\.254|[a-z0-9.-]{0,100}\.(?:his\.arc|identity)\.azure\.(?:com|net)|sts\.windows\.net)/i;
const UNSET =
  /(?:identity|MSI)[^\n]{0,60}?(?:(?:is|was|has) )?(?:not (?:been )?(?:set|assigned|found|configured)|missing|empty|null)|RefreshExtensionIdentityNotSet|Identity not found/i;

/** Words of a line that tells that credentials were got: whatever failed before it is over. */
const GOT_WORDS =
  '(?:success|succeed|refreshed|updated|created|synced|synchroni[sz]ed|acquired|obtained|renewed|issued|patched|stored|up to date)';
const THINGS = '(?:secret|token|credential)';
const GOT = new RegExp(`${GOT_WORDS}[^\\n]{0,80}?${THINGS}|${THINGS}[^\\n]{0,80}?${GOT_WORDS}`, 'i');
/** The answer to a call, as clients write it: `status=200`, `"statusCode": 201`, `HTTP/1.1 200`. */
const ANSWERED = /(?:\bstatus(?:[ _-]?code)?["']?\s{0,2}[:=]?\s{0,2}|\bHTTP\/[\d.]{1,3} )2\d\d\b/i;

/**
 * Of several replicas one leads, and the others keep what they said when they did: their last words are put in the order of their times. Where a
 * time is not told, one that came through is taken for the newest.
 */
export function lastTokenFailure(lines: readonly LogLine[]): TokenFailure | undefined {
  const logs = new Map<number, LogLine[]>();
  for (const line of lines) {
    const own = logs.get(line.log);
    if (own === undefined) logs.set(line.log, [line]);
    else own.push(line);
  }
  const ends = [...logs.values()].flatMap((own) => lastOutcome(own) ?? []);
  const got = ends.filter(({ failure }) => failure === undefined).map(({ time }) => time);
  const failed = ends
    .filter(({ time }) => got.every((since) => since !== undefined && time !== undefined && time > since))
    .flatMap(({ failure, time }) => (failure === undefined ? [] : [{ failure, time: time ?? '' }]));
  return failed.toSorted((one, other) => (one.time < other.time ? -1 : 1)).at(-1)?.failure;
}

interface TokenOutcome {
  readonly time: string | undefined;
  /** None where credentials were got. */
  readonly failure?: TokenFailure;
}

/** How the last call for a token ended, in one log. */
function lastOutcome(lines: readonly LogLine[]): TokenOutcome | undefined {
  let hasToken = false;
  for (const line of lines.toReversed()) {
    const time = timeIn(line.text);
    const failure = tokenFailureIn(line);
    // A later token ends the trouble of getting one, and no other.
    if (failure !== undefined && !(hasToken && (failure.step === 'token' || failure.step === 'identity')))
      return { time, failure };
    if (failure !== undefined) continue;
    const text = bare(line.text);
    if (ANSWERED.test(text)) {
      if (ENTRA.test(text)) hasToken = true;
      else if (EXCHANGE.test(text)) return { time };
    }
    if (GOT.test(text) && !/fail|error|unable|not /i.test(text)) return { time };
  }
  return undefined;
}

/** Month, day and time, from ISO 8601 or klog's `I0301 11:58:01`; a log of more than a year is not looked for. */
function timeIn(text: string): string | undefined {
  const time =
    /\b\d{4}-(\d\d)-(\d\d)[T ](\d\d:\d\d:\d\d)/.exec(text) ?? /^[IWEF](\d\d)(\d\d) (\d\d:\d\d:\d\d)/.exec(text);
  return time === null ? undefined : time.slice(1).join('-');
}

function tokenFailureIn(line: LogLine): TokenFailure | undefined {
  const text = bare(line.text);
  const how = failureIn(text);
  if (how === undefined) return undefined;
  const code = /AADSTS\d{4,8}/.exec(text)?.[0];
  const exchange = EXCHANGE.exec(text);
  const entra = ENTRA.exec(text);
  // Entra has an /oauth2/token of its own.
  if (exchange !== null && entra === null && /exchange/.test(exchange[0]))
    return { step: 'exchange', how, azure: 'ACRTokenExchangeFailed', line, ...hostIn(exchange) };
  if (entra !== null || code !== undefined)
    return {
      step: 'token',
      how: code === undefined ? how : 'denied',
      azure: 'GetAADTokenFailed',
      line,
      ...hostIn(entra),
      ...(code === undefined ? {} : { code }),
    };
  const challenge = REGISTRY.exec(text);
  // A registry answers 401 to the first call, and names in it where tokens are got: that is how it begins.
  if (challenge !== null && !(how === 'denied' && /\b401\b/.test(text)))
    return { step: 'challenge', how, azure: 'ACRAuthenticationChallengeFailed', line, ...hostIn(challenge) };
  if (UNSET.test(text)) return { step: 'identity', how: 'failed', azure: 'TokenRefreshFailed', line };
  return undefined;
}

function hostIn(match: RegExpExecArray | null): { readonly host?: string } {
  const host = match?.groups?.['host']?.toLowerCase();
  return host === undefined ? {} : { host };
}
