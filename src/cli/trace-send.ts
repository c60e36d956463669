/**
 * `trace --send`: chooses the way to the gateway, asks the person, sends one request, and puts what came back beside the prediction. What carries
 * credentials is sent and never shown.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { text as textOf } from 'node:stream/consumers';
import type { ConnectOptions } from '../collect/live/connect.ts';
import { routeText, sendRequest, type RequestToSend, type SendRoute } from '../collect/live/send-request.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import { redactText } from '../collect/redact/redact-text.ts';
import { withSent } from '../engine/trace-sent.ts';
import type { EvidenceRequest } from '../model/evidence.ts';
import type { TracePath, TraceReport } from '../model/trace-schema.ts';
import { nameWithKind } from '../model/kinds.ts';
import { cleanLine } from '../report/text.ts';
import type { Streams } from './terminal.ts';
import type { TraceFlags } from './trace.ts';

interface PathAsked {
  readonly host?: string;
  readonly path?: string;
  readonly method?: string;
  readonly contentType?: string;
}

export interface Sending {
  readonly flags: TraceFlags;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly connect: ConnectOptions;
  readonly streams: Streams;
  readonly stdin: NodeJS.ReadStream;
  /** Traces again, after fetching what is named. */
  retrace(request: PathAsked, more: readonly EvidenceRequest[]): Promise<TraceReport>;
}

/** Returns the report with what came back; without it where the person says no. Throws IS0030, IS0032, IS0033. */
export async function sendAlong(first: TraceReport, asked: PathAsked, sending: Sending): Promise<TraceReport> {
  const body = await readBody(sending);
  const request = body === undefined ? withoutBody(first, asked) : asked;
  const before = await sending.retrace(request, whereItEnds(first));
  const index = chosen(before);
  const path = before.paths[index];
  if (path === undefined || path.entry === undefined || path.host === '')
    throw noWay(before, 'no hop of the path says where it begins');
  const routes = routesOf(path.entry);
  const toSend: RequestToSend = {
    method: path.method,
    host: path.host,
    path: path.path,
    headers: {
      'user-agent': 'inferscope',
      accept: '*/*',
      ...(body === undefined ? {} : { 'content-type': path.contentType ?? 'application/json' }),
      ...sending.headers,
    },
    ...(body === undefined ? {} : { body }),
  };
  const [route] = routes;
  if (route === undefined)
    throw noWay(
      before,
      `Service ${path.entry.service.namespace}/${path.entry.service.name} has no address, and no Ready pod of it was seen`,
    );
  if (!(await agreed(toSend, route, sending))) return before;
  const answer = await sendRequest(toSend, {
    routes,
    timeoutMs: sending.flags.timeout * 1000,
    cluster: sending.connect,
  });
  if (answer.route === undefined) throw noWay(before, answer.error ?? 'nothing could be connected to');
  return withSent(before, {
    path: index,
    method: toSend.method,
    url: `${path.entry.scheme}://${toSend.host}${toSend.path}`,
    via: routeText(answer.route),
    requestHeaders: shown(toSend.headers),
    ...(answer.status === undefined ? {} : { status: answer.status }),
    headers: shown(answer.headers),
    body: redactText(answer.body),
    ...(answer.error === undefined ? {} : { error: answer.error }),
    phases: answer.phases.map(({ name, milliseconds }) => ({ name, milliseconds })),
  });
}

function noWay(report: TraceReport, found: string): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0032',
    tried: `Send a request to ${nameWithKind(report.subject)}`,
    found,
    todo: [
      'See what stands on the way: the same command without --send',
      'Forward a port by hand: kubectl port-forward',
    ],
  });
}

const MOST_BODY = 10 * 1024 * 1024;

async function readBody({ flags, stdin }: Sending): Promise<string | undefined> {
  const { send } = flags;
  if (send === undefined || send === true) return undefined;
  if (send === '-') return textOf(stdin);
  try {
    const body = readFileSync(send, 'utf8');
    if (body.length <= MOST_BODY) return body;
  } catch (error) {
    throw unreadable(send, error instanceof Error ? error.message : String(error), error);
  }
  throw unreadable(send, `it is larger than ${MOST_BODY / 1024 / 1024} MiB`);
}

function unreadable(file: string, found: string, cause?: unknown): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0033',
    tried: `Read the body of the request from ${file}`,
    found,
    todo: [
      'Name a file that holds the body, or - for standard input',
      'Leave the file away: then the model is only asked whether it is there',
    ],
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Without a body nothing can be predicted: the model itself is asked for instead, which changes and costs nothing. */
function withoutBody(report: TraceReport, asked: PathAsked): PathAsked {
  const { contentType: _, ...rest } = asked;
  const own = asked.path ?? report.paths[0]?.path ?? '/';
  return { ...rest, path: asked.path ?? own.replace(/:predict$|\/infer$/, ''), method: asked.method ?? 'GET' };
}

/** The pods and nodes behind the entry: they say where a connection can be made to. */
function whereItEnds(report: TraceReport): readonly EvidenceRequest[] {
  const entry = report.paths[chosen(report)]?.entry;
  if (entry === undefined) return [];
  return [
    { type: 'list', kind: 'Pod', group: '', namespace: entry.service.namespace },
    { type: 'list', kind: 'Node', group: '' },
  ];
}

/** From outside, where that has an entry; without a tag, the target that most requests take. */
function chosen(report: TraceReport): number {
  const order = report.paths
    .map((path, index) => ({ path, index }))
    .filter(({ path }) => path.entry !== undefined)
    .toSorted((a, b) => rank(a.path) - rank(b.path) || b.path.percent - a.path.percent);
  return order[0]?.index ?? 0;
}

function rank(path: TracePath): number {
  return (path.tag === undefined ? 0 : 2) + (path.caller === 'external' ? 0 : 1);
}

function routesOf(entry: NonNullable<TracePath['entry']>): readonly SendRoute[] {
  const addresses = entry.addresses.map(({ host, port }): SendRoute => ({
    kind: 'address',
    host,
    port,
    tls: entry.scheme === 'https',
  }));
  return entry.pod === undefined ? addresses : [...addresses, { kind: 'pod', ...entry.pod }];
}

async function agreed(request: RequestToSend, route: SendRoute, { flags, streams, stdin }: Sending): Promise<boolean> {
  if (flags.yes === true) return true;
  const what = cleanLine(`${request.method} http://${request.host}${request.path} ${routeText(route)}`);
  if (stdin.isTTY !== true || flags.send === '-')
    throw new InferscopeProblem({
      code: 'IS0030',
      tried: `Send ${what}`,
      found: 'nobody can be asked here, and --yes was not given',
      todo: ['Add --yes to send it', 'Leave --send away to see what would happen'],
    });
  const size =
    request.body === undefined ? 'without a body' : `with a body of ${Buffer.byteLength(request.body)} bytes`;
  const asking = createInterface({ input: stdin, output: streams.stderr });
  try {
    const answer = await asking.question(`Send ${what}, ${size}? It is a real request. [y/N] `);
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    asking.close();
  }
}

/** Whose values prove who somebody is (RFC 9110 and what gateways use). */
const SECRET_HEADER = /auth|cookie|token|secret|api-?key|password|session|credential|signature/;

function shown(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADER.test(name) ? '(not shown)' : redactText(value),
    ]),
  );
}
