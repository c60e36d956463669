/** What a request that was really sent says of a predicted path: where it agrees, where it differs, and what it cannot show. Pure. */
import type { TracePath, TraceReport, TraceSent } from '../model/trace-schema.ts';

type Answered = Omit<TraceSent, 'verdict' | 'compared'>;

/** Adds a sent request to a report. What was answered decides the exit code: a prediction is only that. */
export function withSent(report: TraceReport, sent: Answered): TraceReport {
  const path = report.paths[sent.path];
  const compared = path === undefined ? [] : compare(path, sent);
  const verdict = path === undefined ? 'not-predicted' : verdictOf(path, sent);
  const well = sent.status !== undefined && sent.status < 400;
  return { ...report, exitCode: well ? 0 : 1, sent: { ...sent, verdict, compared } };
}

function verdictOf({ outcome }: TracePath, sent: Answered): TraceSent['verdict'] {
  if (outcome.state === 'unknown') return 'not-predicted';
  const { status } = outcome.answer;
  // Any success is what a path that passes promises: its status is the server's own choice.
  if (outcome.state === 'passes') return sent.status !== undefined && sent.status < 400 ? 'as-predicted' : 'otherwise';
  return status === sent.status ? 'as-predicted' : 'otherwise';
}

/** Envoy names itself in `server`, and adds the time of the upstream where one answered (envoy router filter). */
function compare(path: TracePath, sent: Answered): TraceSent['compared'] {
  const server = sent.headers['server'];
  const upstream = sent.headers['x-envoy-upstream-service-time'];
  const envoy = server !== undefined && /envoy/i.test(server);
  const expected = (id: string): string | undefined => {
    const hop = path.hops.find((candidate) => candidate.id === id);
    if (hop === undefined) return undefined;
    return hop.state === 'passes' ? 'to pass' : hop.state === 'fails' ? 'to fail' : 'not known';
  };
  const compared: TraceSent['compared'] = [];
  const add = (
    hop: string,
    wanted: string | undefined,
    observed: string,
    state: 'same' | 'differs' | 'unseen',
  ): void => {
    if (wanted !== undefined) compared.push({ hop, expected: wanted, observed, state });
  };
  const gateway = expected('gateway');
  if (sent.status === undefined)
    add('gateway', gateway, `no answer: ${sent.error ?? ''}`, gateway === 'to pass' ? 'differs' : 'same');
  else
    add(
      'gateway',
      gateway,
      server === undefined ? 'the answer names no server' : `server: ${server}`,
      server === undefined ? 'unseen' : gateway === 'to pass' ? 'same' : 'differs',
    );
  const route = expected('route');
  if (envoy && sent.status !== undefined) {
    const unrouted = sent.status === 404 && upstream === undefined && sent.body === '';
    add(
      'route',
      route,
      unrouted ? 'an empty 404 of the gateway: no route' : 'the gateway has a route',
      (route === 'to pass') === !unrouted ? 'same' : 'differs',
    );
    const service = expected('service');
    if (!unrouted)
      add(
        'upstream',
        service,
        upstream === undefined ? 'no upstream answered' : `an upstream answered after ${upstream} ms`,
        service === 'not known' ? 'unseen' : (service === 'to pass') === (upstream !== undefined) ? 'same' : 'differs',
      );
  }
  const { outcome } = path;
  const promised = outcome.state === 'unknown' ? 'not known' : `${outcome.answer.status ?? 'no answer'}`;
  const verdict = verdictOf(path, sent);
  add(
    'answer',
    promised,
    `${sent.status ?? 'no answer'}`,
    verdict === 'as-predicted' ? 'same' : verdict === 'otherwise' ? 'differs' : 'unseen',
  );
  return compared;
}
