/**
 * Reads what a networking controller of Knative logs of probing its gateway. Knows the wordings of knative networking pkg/status/status.go from
 * 0.9 on; it does not know which object a line is about.
 */
export type ProbeOutcome =
  /** The gateway answers, and does not know the host. */
  | { readonly kind: 'no-route'; readonly status: number }
  /** The gateway knows the host and cannot reach what is behind it. */
  | { readonly kind: 'no-backend'; readonly status: number }
  /** Another filter answers in its stead: 401, 302, 403; `abandoned` where the Ingress became Ready all the same. */
  | { readonly kind: 'intercepted'; readonly status: number; readonly abandoned: boolean }
  /** No connection, or no answer in time. */
  | { readonly kind: 'unreachable'; readonly error: string }
  /** The gateway still has an older configuration, or another one for the same host. */
  | { readonly kind: 'other-configuration' }
  | { readonly kind: 'other'; readonly error: string };

export interface GatewayProbeLine {
  /** What was asked for, without path. */
  readonly host: string;
  /** `10.244.0.20:8081`; empty where the line does not say. */
  readonly address: string;
  readonly outcome: ProbeOutcome;
}

const LONGEST = 4000;

export function parseGatewayProbe(line: string): GatewayProbeLine | undefined {
  const text = line.slice(0, LONGEST).replaceAll('\\"', '"');
  const match = /Probing of (?:https?:\/\/)?([^\s/,]{1,300})\S{0,300} (failed|abandoned), IP: ([^\s,]{0,60})/.exec(
    text,
  );
  if (match === null) return undefined;
  const rest = text.slice(match.index + match[0].length);
  return {
    host: (match[1] ?? '').replace(/:\d{1,5}$/, ''),
    address: match[3] ?? '',
    outcome: match[2] === 'abandoned' ? abandonedOutcome(rest) : failedOutcome(rest),
  };
}

function abandonedOutcome(rest: string): ProbeOutcome {
  const status = /response status is (\d{3})/.exec(rest)?.[1];
  return status === undefined
    ? { kind: 'other', error: clause(rest) }
    : { kind: 'intercepted', status: Number(status), abandoned: true };
}

function failedOutcome(rest: string): ProbeOutcome {
  // `want 200, got 404`, `want [200], got 404`.
  const status = Number(/want \[?\d{3}[\d ]{0,20}\]?, got (\d{3})/.exec(rest)?.[1] ?? 0);
  if (status === 404) return { kind: 'no-route', status };
  if (status === 502 || status === 503 || status === 504) return { kind: 'no-backend', status };
  if (status !== 0 && status >= 300) return { kind: 'intercepted', status, abandoned: false };
  if (rest.includes('unexpected hash')) return { kind: 'other-configuration' };
  const error = clause(/error: (.{0,600})/.exec(rest)?.[1] ?? rest);
  if (/timeout|deadline exceeded|connection refused|no route to host|connection reset|cannot assign|EOF/i.test(error))
    return { kind: 'unreachable', error };
  return { kind: 'other', error };
}

/** Up to the depth of the queue, which says nothing of the gateway. */
function clause(text: string): string {
  return (text.split(' (depth:')[0] ?? text).split('","')[0]?.trim().slice(0, 200) ?? '';
}
