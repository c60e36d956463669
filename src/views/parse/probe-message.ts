/**
 * Takes apart the message of an `Unhealthy` event: which probe failed, what it asked and how it failed (kubelet
 * `prober/prober.go`, `pkg/probe/{http,tcp,grpc,exec}`; Go net/http). Responsible for the text only: the probe's
 * settings are in the pod.
 */
import { boundMessage, stripPrefixes } from './go-text.ts';

export type ProbeOutcome =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'no-route' }
  | { readonly kind: 'dns'; readonly text: string }
  /** The probe speaks HTTPS, the container HTTP. */
  | { readonly kind: 'https-to-http' }
  /** The probe speaks HTTP, the container HTTPS. */
  | { readonly kind: 'http-to-https' }
  /** The connection was closed or reset before an answer. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'exec'; readonly output: string }
  | { readonly kind: 'exec-timeout' }
  | { readonly kind: 'grpc'; readonly text: string }
  | { readonly kind: 'other'; readonly text: string };

export type ProbeFailure = {
  readonly probe: 'readiness' | 'liveness' | 'startup';
  /** The probe could not be carried out at all (`probe errored`), which says nothing of the container's health. */
  readonly errored: boolean;
  readonly outcome: ProbeOutcome;
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  /** With its query. */
  readonly path?: string;
  readonly scheme?: string;
};

type Target = Pick<ProbeFailure, 'url' | 'host' | 'port' | 'path' | 'scheme'>;

const HEAD = /^(Readiness|Liveness|Startup) probe (failed|errored)(?: and resulted in \w+ state)?:\s*([\s\S]*)$/;
const WRAPPINGS = [/^\(combined from similar events\): /, /^spec\.\w+\{[^{}]*\}: /];
const PROBES = { Readiness: 'readiness', Liveness: 'liveness', Startup: 'startup' } as const;

/** Undefined where the message is not of a failed probe (a `ProbeWarning` passes the probe and is none). */
export function parseProbeMessage(message: string): ProbeFailure | undefined {
  const match = HEAD.exec(stripPrefixes(boundMessage(message), WRAPPINGS));
  if (!match) return undefined;
  const [, name, verb, text = ''] = match;
  const probe = name === 'Liveness' || name === 'Startup' ? PROBES[name] : PROBES.Readiness;
  const errored = verb === 'errored';
  const target = targetOf(text);
  return { probe, errored, outcome: outcomeOf(text, target, errored), ...target };
}

function outcomeOf(text: string, target: Target, errored: boolean): ProbeOutcome {
  const status = /^HTTP probe failed with statuscode: (\d{3})/.exec(text)?.[1];
  if (status !== undefined) return { kind: 'status', status: Number(status) };
  // Everything else without a URL or a dial of the kubelet's own is a command's output, which may quote anything.
  if (target.scheme !== undefined || text.startsWith('dial tcp')) return connectionOutcome(text, target.scheme);
  if (isGrpc(text)) return { kind: 'grpc', text };
  // CRI 1.2x: `command "x" timed out`, later `command timed out: "x" timed out after 1s`.
  if (/^command timed out: |^command "(?:[^"\\]|\\.)*" timed out/.test(text)) return { kind: 'exec-timeout' };
  if (text.startsWith('rpc error: code = DeadlineExceeded')) return { kind: 'exec-timeout' };
  if (errored || text === '') return { kind: 'other', text };
  return { kind: 'exec', output: text };
}

/** Texts of `pkg/probe/grpc/grpc.go`. */
function isGrpc(text: string): boolean {
  return (
    /^timeout: (?:failed to connect service|health rpc did not complete)/.test(text) ||
    /^error: (?:failed to connect service|health rpc probe failed|this server does not implement the grpc health)/.test(
      text,
    ) ||
    text.startsWith('service unhealthy (responded with ')
  );
}

function connectionOutcome(text: string, scheme: string | undefined): ProbeOutcome {
  // The URL may contain any words, so only what follows it is looked at.
  const cause = text.replace(/^(?:Get|Head|Post) "(?:[^"\\]|\\.)*": /, '');
  if (/server gave HTTP response to HTTPS client|first record does not look like a TLS handshake/.test(cause)) {
    return { kind: 'https-to-http' };
  }
  if (scheme === 'http' && /malformed HTTP (?:response|status code|version)/.test(cause))
    return { kind: 'http-to-https' };
  if (/connection refused/.test(cause)) return { kind: 'refused' };
  if (/lookup \S+?(?: on \S+)?: |no such host/.test(cause)) return { kind: 'dns', text: cause };
  if (/no route to host|network is unreachable|host is down/.test(cause)) return { kind: 'no-route' };
  if (/i\/o timeout|context deadline exceeded|Client\.Timeout|timed out|handshake timeout/.test(cause)) {
    return { kind: 'timeout' };
  }
  if (/\bEOF\b|connection reset|broken pipe|server closed idle connection/.test(cause)) return { kind: 'reset' };
  return { kind: 'other', text: cause };
}

function targetOf(text: string): Target {
  const url = /^(?:Get|Head|Post) "((?:[^"\\]|\\.)*)": /.exec(text)?.[1];
  if (url !== undefined) return { url, ...ofUrl(url) };
  const dialled = /^dial tcp (\[[0-9a-fA-F:.%]+\]|[\w.-]+):(\d{1,5})(?:: |$)/.exec(text);
  const connected = /^(?:timeout|error): failed to connect service (?:at )?"(\[[^\]"]+\]|[^":]+):(\d{1,5})"/.exec(text);
  const found = dialled ?? connected;
  return found?.[1] === undefined ? {} : { host: withoutBrackets(found[1]), port: Number(found[2]) };
}

function ofUrl(url: string): Target {
  const parts = /^(https?):\/\/(\[[^\]]*\]|[^/:?#]*)(?::(\d{1,5}))?([/?#].*)?$/.exec(url);
  if (!parts) return {};
  const [, scheme = '', host = '', port, path = '/'] = parts;
  return {
    scheme,
    host: withoutBrackets(host),
    port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
    path,
  };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
