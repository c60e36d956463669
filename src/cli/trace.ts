/**
 * The command `trace`: the way of a request to one object, from a cluster or a capture; with `--send`, one real request along it. Returns the exit code:
 * 0 it passes, 1 a hop fails, 2 not known. It asks before it sends, and never shows a credential.
 */
import { collectAround } from '../collect/around.ts';
import { readCaptures } from '../collect/captures/read-capture.ts';
import type { ClusterPort } from '../collect/port.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import {
  canCollect,
  collectRequests,
  createCollection,
  rememberAnswers,
  requestKey,
  type Collection,
} from '../collect/run.ts';
import { trace, type TraceResult } from '../engine/trace.ts';
import { kindWord } from '../model/kinds.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { TraceReport } from '../model/trace-schema.ts';
import { renderTrace } from '../report/terminal/trace.ts';
import { renderTracePlain } from '../report/trace-plain.ts';
import { notFound, parseObjects, referenceInSnapshot, referenceOf, type AskedObject } from './objects.ts';
import { createProgress, needsAscii, terminalWidth, useColour, type Streams } from './terminal.ts';
import type { Sending } from './trace-send.ts';

export interface TraceFlags {
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly from?: readonly string[];
  readonly output: 'text' | 'json';
  readonly plain?: boolean;
  readonly ascii?: boolean;
  readonly timeout: number;
  readonly path?: string;
  readonly host?: string;
  readonly method?: string;
  readonly header?: readonly string[];
  /** A file, `-` for standard input, true where no file was named. */
  readonly send?: string | true;
  readonly yes?: boolean;
}

type PathRequest = NonNullable<Parameters<typeof trace>[2]>;

export async function runTrace(
  words: readonly string[],
  flags: TraceFlags,
  streams: Streams,
  stdin: NodeJS.ReadStream,
): Promise<number> {
  const asked = oneObject(words);
  const request = requestOf(flags);
  const captures = flags.from ?? [];
  if (captures.length > 0 && flags.send !== undefined)
    throw new InferscopeProblem({
      code: 'IS0031',
      tried: 'Send a real request along the path',
      found: 'the path was to be read from a capture, and what a capture holds cannot be called',
      todo: ['Leave --from away to ask the cluster', 'Leave --send away to see what would happen'],
    });
  const report =
    captures.length > 0
      ? await fromCaptures(asked, request, flags, captures, stdin)
      : await fromCluster(asked, request, flags, streams, stdin);
  streams.stdout.write(rendered(report, flags, streams));
  return report.exitCode;
}

function oneObject(words: readonly string[]): AskedObject {
  const asked = parseObjects(words);
  const [only] = asked;
  if (only !== undefined && asked.length === 1) return only;
  throw new InferscopeProblem({
    code: 'IS0023',
    tried: 'Read which object the request goes to',
    found: `${asked.length} objects were named`,
    todo: ['Name one: inferscope trace isvc/NAME'],
  });
}

/** Throws IS0033 for what no request can be made of. */
function requestOf(flags: TraceFlags): PathRequest {
  const type = headersOf(flags.header ?? [])['content-type'];
  const pasted = flags.host === undefined ? undefined : /^https?:\/\/([^/]*)(\/.*)?$/i.exec(flags.host);
  const host = pasted?.[1] ?? flags.host;
  const path = flags.path ?? (pasted?.[2] === '/' ? undefined : pasted?.[2]);
  if (host !== undefined && !HOST.test(host))
    throw unreadable('--host', 'is no name of a host', ['Write the name alone: --host fraud.models.example.com']);
  if (path !== undefined && !/^[^\s#]{1,2000}$/.test(path))
    throw unreadable('--path', 'is no path of a URL', [
      'Write it as it stands in the URL, spaces as %20: --path /v1/models/fraud:predict',
    ]);
  if (flags.method !== undefined && !/^[a-z]{1,20}$/i.test(flags.method))
    throw unreadable('--method', 'is no method of HTTP', ['Write one word: --method POST']);
  return {
    ...(host === undefined ? {} : { host }),
    ...(path === undefined ? {} : { path: path.startsWith('/') ? path : `/${path}` }),
    ...(flags.method === undefined ? {} : { method: flags.method.toUpperCase() }),
    ...(type === undefined ? {} : { contentType: type }),
  };
}

const HOST = /^(?:\[[\da-f:.]{2,45}\]|(?=.{1,253}(?::|$))[\w](?:[\w.-]{0,251}[\w])?\.?)(?::\d{1,5})?$/i;

function unreadable(flag: string, found: string, todo: readonly [string, ...string[]]): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0033',
    tried: `Read the request from ${flag}`,
    found: `what follows ${flag} ${found}`,
    todo: [...todo],
  });
}

/** `Name: value`; names in lower case. Throws IS0033 for what is no header. */
function headersOf(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (!/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name) || /[\r\n\0]/.test(value))
      throw new InferscopeProblem({
        code: 'IS0033',
        tried: 'Read a header of the request',
        // Never the line itself: it may be a token without its name.
        found: 'a value of --header is not of the form "Name: value"',
        todo: ["Write it as -H 'Content-Type: application/json'"],
      });
    headers[name] = value;
  }
  return headers;
}

function rendered(report: TraceReport, flags: TraceFlags, streams: Streams): string {
  if (flags.output === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  if (flags.plain === true) return renderTracePlain(report);
  return renderTrace(report, {
    width: terminalWidth(streams),
    colour: useColour(streams),
    ascii: flags.ascii === true || needsAscii(streams),
  });
}

async function fromCaptures(
  asked: AskedObject,
  request: PathRequest,
  flags: TraceFlags,
  paths: readonly string[],
  stdin: NodeJS.ReadStream,
): Promise<TraceReport> {
  const snapshot = await readCaptures(paths, { stdin });
  const { report } = trace(snapshot, referenceInSnapshot(asked, flags.namespace, snapshot), request);
  return paths.includes('-') ? report : askingCaptures(report, paths);
}

/** A question that is left open is asked of the same captures. */
function askingCaptures(report: TraceReport, captures: readonly string[]): TraceReport {
  const from = captures.flatMap((file) => ['--from', file]);
  return {
    ...report,
    paths: report.paths.map((path) => ({
      ...path,
      hops: path.hops.map((hop) =>
        hop.command?.[0] === 'inferscope' ? { ...hop, command: [...hop.command, ...from] } : hop,
      ),
    })),
  };
}

async function fromCluster(
  asked: AskedObject,
  request: PathRequest,
  flags: TraceFlags,
  streams: Streams,
  stdin: NodeJS.ReadStream,
): Promise<TraceReport> {
  // The Kubernetes client is slow to load and most commands never need it.
  const { connectCluster } = await import('../collect/live/connect.ts');
  const progress = createProgress(streams);
  const connect = {
    env: streams.env,
    timeoutMs: flags.timeout * 1000,
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    interactive: process.stdin.isTTY === true,
    onPluginMessage: (text: string) => void streams.stderr.write(text),
  };
  const cluster = await connectCluster(connect);
  try {
    const ref = referenceOf(asked, flags.namespace ?? cluster.defaultNamespace);
    const live = await traceLive(cluster, ref, request, progress.show);
    if (live.absent) throw notFound(asked, ref.namespace, await namesakes(cluster, asked), cluster.describe);
    progress.clear();
    if (flags.send === undefined) return live.result.report;
    const { sendAlong } = await import('./trace-send.ts');
    const sending: Sending = {
      flags,
      headers: headersOf(flags.header ?? []),
      connect,
      streams,
      stdin,
      retrace: (next, more) => live.again(next, more),
    };
    return await sendAlong(live.result.report, request, sending);
  } finally {
    progress.clear();
    cluster.close();
  }
}

async function namesakes(cluster: ClusterPort, asked: AskedObject): Promise<readonly ResourceRef[] | undefined> {
  const listed = await cluster.list({ info: asked.info, staleAllowed: true });
  if (listed.state !== 'ok') return undefined;
  return listed.value.items.map((item): ResourceRef => {
    const metadata = item['metadata'];
    const fields = typeof metadata === 'object' && metadata !== null ? metadata : {};
    const name = 'name' in fields && typeof fields.name === 'string' ? fields.name : '';
    const namespace =
      'namespace' in fields && typeof fields.namespace === 'string' ? { namespace: fields.namespace } : {};
    return { apiVersion: '', kind: asked.info.kind, name, ...namespace };
  });
}

/** Beyond the first look around the object: what hops that are not known wait for. */
const MOST_REQUESTS = 12;
const MOST_ROUNDS = 8;

interface LiveTrace {
  readonly result: TraceResult;
  readonly absent: boolean;
  /** Traces another request over the same evidence, after fetching what is named. */
  again(request: PathRequest, more: Parameters<typeof collectRequests>[1]): Promise<TraceReport>;
}

/** Collects around the object, traces, fetches what hops wait for, and traces again. */
async function traceLive(
  cluster: ClusterPort,
  ref: ResourceRef,
  request: PathRequest,
  onProgress: (text: string) => void = () => undefined,
): Promise<LiveTrace> {
  const port = rememberAnswers(cluster);
  const collection: Collection = createCollection(port, {
    namespaces: ref.namespace === undefined ? 'all' : [ref.namespace],
    clusterScoped: true,
  });
  onProgress(`reading ${kindWord(ref)}/${ref.name}`);
  await collectAround(port, ref, collection);
  const sent = new Set<string>();
  let left = MOST_REQUESTS;
  for (let round = 0; ; round += 1) {
    const snapshot = await collection.snapshot();
    const result = trace(snapshot, ref, request);
    const wanted = result.wanted.filter((one) => canCollect(one) && !sent.has(requestKey(one))).slice(0, left);
    if (wanted.length === 0 || round === MOST_ROUNDS) {
      const absent = snapshot.evidence.some(
        (piece) =>
          piece.type === 'absence' &&
          piece.subject.kind === ref.kind &&
          piece.subject.name === ref.name &&
          piece.subject.namespace === ref.namespace,
      );
      return {
        result,
        absent,
        async again(next, more) {
          await collectRequests(port, more, collection);
          return trace(await collection.snapshot(), ref, next).report;
        },
      };
    }
    left -= wanted.length;
    for (const one of wanted) sent.add(requestKey(one));
    onProgress(`reading ${wanted.length} more`);
    await collectRequests(port, wanted, collection);
  }
}
