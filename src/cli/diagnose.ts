/**
 * The command `diagnose`, the default: reads a cluster or a capture, runs the engine, prints the report. Returns the exit code.
 */
import { readCaptures } from '../collect/captures/read-capture.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import { diagnose } from '../engine/diagnose.ts';
import type { Snapshot } from '../model/evidence.ts';
import { kindNamed } from '../model/kinds.ts';
import type { Report } from '../model/report-schema.ts';
import type { ResourceRef } from '../model/reference.ts';
import { renderJson } from '../report/json.ts';
import { renderPlain } from '../report/plain.ts';
import { renderShort } from '../report/short.ts';
import { renderTerminal } from '../report/terminal/render.ts';
import { diagnosisRules as rules } from '../rules/diagnosis.gen.ts';
import { nearestNames } from '../views/parse/nearest-name.ts';
import { openCluster } from './cluster-port.ts';
import { diagnoseLive } from './live.ts';
import {
  namesakeInCluster,
  namesakesOf,
  notFound,
  parseObjects,
  referenceInSnapshot,
  referenceOf,
  remainsInCluster,
  type AskedObject,
} from './objects.ts';
import { createProgress, needsAscii, terminalWidth, useColour, type Streams } from './terminal.ts';

export interface DiagnoseFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly from?: readonly string[];
  readonly output: 'text' | 'json' | 'short';
  readonly plain?: boolean;
  readonly ascii?: boolean;
  readonly timeout: number;
  /** Says on stderr what a live run cost. */
  readonly debug?: boolean;
}

export async function runDiagnose(
  words: readonly string[],
  flags: DiagnoseFlags,
  streams: Streams,
  stdin: NodeJS.ReadStream,
): Promise<number> {
  const asked = parseObjects(words);
  const report =
    flags.from === undefined || flags.from.length === 0
      ? await fromCluster(asked, flags, streams)
      : await fromCaptures(asked, flags, flags.from, stdin);
  streams.stdout.write(renderReport(report, flags, streams));
  return report.exitCode;
}

/** The report in the format that was asked for. */
export function renderReport(
  report: Report,
  flags: Pick<DiagnoseFlags, 'output' | 'plain' | 'ascii'>,
  streams: Streams,
): string {
  if (flags.output === 'json') return renderJson(report);
  if (flags.output === 'short') return renderShort(report);
  if (flags.plain === true) return renderPlain(report);
  return renderTerminal(report, {
    width: terminalWidth(streams),
    colour: useColour(streams),
    ascii: flags.ascii === true || needsAscii(streams),
  });
}

async function fromCaptures(
  asked: readonly AskedObject[],
  flags: DiagnoseFlags,
  paths: readonly string[],
  stdin: NodeJS.ReadStream,
): Promise<Report> {
  const snapshot = await readCaptures(paths, { stdin });
  const refs = asked.map((object) => referenceInSnapshot(object, flags.namespace, snapshot));
  const namespaces = flags.namespace === undefined || flags.allNamespaces === true ? 'all' : [flags.namespace];
  if (refs.length === 0 && flags.namespace !== undefined && flags.allNamespaces !== true)
    requireNamespace(flags.namespace, snapshot);
  return diagnose(snapshot, { rules, asked: refs, namespaces }).report;
}

/** A namespace that a capture does not hold was not looked at: that is no healthy result. */
function requireNamespace(namespace: string, snapshot: Snapshot): void {
  const held = new Set(
    snapshot.evidence.flatMap((piece) =>
      piece.type === 'object' && piece.subject.namespace !== undefined ? [piece.subject.namespace] : [],
    ),
  );
  if (held.has(namespace)) return;
  const near = nearestNames(namespace, [...held], 4);
  throw new InferscopeProblem({
    code: 'IS0022',
    tried: `Looked for what runs in namespace ${namespace} of ${snapshot.source}`,
    found: 'it holds nothing of that namespace',
    todo: [
      near.length > 0
        ? `Perhaps ${near.join(', ')} is meant`
        : `It holds: ${[...held].sort().join(', ') || 'no namespaced objects'}`,
    ],
  });
}

async function fromCluster(asked: readonly AskedObject[], flags: DiagnoseFlags, streams: Streams): Promise<Report> {
  const progress = createProgress(streams);
  const port = await openCluster(flags, streams);
  try {
    const namespace = flags.namespace ?? port.defaultNamespace;
    let refs = asked.map((object) => referenceOf(object, namespace));
    const namespaces: readonly string[] | 'all' = flags.allNamespaces === true ? 'all' : [namespace];
    const ask = (): ReturnType<typeof diagnoseLive> =>
      diagnoseLive(port, { asked: refs, namespaces }, rules, progress.show);
    let answer = await ask();
    const meant = await Promise.all(
      asked.map(async (object, index) => {
        const ref = refs[index];
        const other =
          ref !== undefined && isAbsent(ref, answer.snapshot)
            ? await namesakeInCluster(object, namespace, port)
            : undefined;
        return other ?? object;
      }),
    );
    // An InferenceService of KFServing is one, too: the question is put again for what there is.
    if (meant.some((object, index) => object !== asked[index])) {
      refs = meant.map((object) => referenceOf(object, namespace));
      answer = await ask();
    }
    const { report, snapshot, logs } = answer;
    if (flags.debug === true)
      streams.stderr.write(`${port.requests} requests to the cluster, ${logs} of them for logs\n`);
    for (const [index, ref] of refs.entries()) await requireObject(ref, asked[index], snapshot, report, port);
    if (refs.length === 0 && report.read.objects === 0 && report.gaps.length === 0)
      await requireContent(namespaces, port);
    return report;
  } finally {
    progress.clear();
    port.close();
  }
}

type Port = Parameters<typeof diagnoseLive>[0];

function isAbsent(ref: ResourceRef, snapshot: Snapshot): boolean {
  return snapshot.evidence.some(
    (piece) =>
      piece.type === 'absence' &&
      piece.subject.kind === ref.kind &&
      piece.subject.name === ref.name &&
      piece.subject.namespace === ref.namespace,
  );
}

/** An object that does not exist is a slip of the keyboard, unless its absence is itself explained. */
async function requireObject(
  ref: ResourceRef,
  asked: AskedObject | undefined,
  snapshot: Snapshot,
  report: Report,
  port: Port,
): Promise<void> {
  const absent = isAbsent(ref, snapshot);
  const explained = report.diagnoses.some(
    (diagnosis) => diagnosis.causes.length > 0 && diagnosis.subject.name === ref.name,
  );
  if (!absent || explained || asked === undefined) return;
  const remains = await remainsInCluster(asked, ref.namespace, port);
  throw notFound(asked, ref.namespace, await namesakes(asked, ref, port), port.describe, remains);
}

/**
 * What there is of the kind and of its namesakes, for suggestions: in all namespaces, where that may not be listed in this one; undefined where
 * nothing may be listed.
 */
async function namesakes(
  asked: AskedObject,
  ref: ResourceRef,
  port: Port,
): Promise<readonly ResourceRef[] | undefined> {
  let seen: readonly ResourceRef[] | undefined;
  for (const { info } of [asked, ...namesakesOf(asked)]) {
    for (const place of ref.namespace === undefined ? [{}] : [{}, { namespace: ref.namespace }]) {
      const listed = await port.list({ info, staleAllowed: true, ...place });
      if (listed.state !== 'ok') continue;
      seen = [...(seen ?? []), ...listed.value.items.map((item) => refOf(item, ref))];
      break;
    }
  }
  return seen;
}

function refOf(item: { readonly [key: string]: unknown }, like: ResourceRef): ResourceRef {
  const metadata = item['metadata'];
  const fields = typeof metadata === 'object' && metadata !== null ? metadata : {};
  const name = 'name' in fields && typeof fields.name === 'string' ? fields.name : '';
  return {
    apiVersion: like.apiVersion,
    kind: like.kind,
    name,
    ...('namespace' in fields && typeof fields.namespace === 'string' ? { namespace: fields.namespace } : {}),
  };
}

async function requireContent(namespaces: readonly string[] | 'all', port: Port): Promise<void> {
  const where = namespaces === 'all' ? 'any namespace' : `namespace ${namespaces.join(', ')}`;
  const info = kindNamed('Namespace');
  const listed = info === undefined || namespaces === 'all' ? undefined : await port.list({ info, staleAllowed: true });
  const names =
    listed?.state === 'ok'
      ? listed.value.items.map((item) => refOf(item, { apiVersion: 'v1', kind: 'Namespace', name: '' }).name)
      : [];
  const missing = namespaces !== 'all' && names.length > 0 && !namespaces.some((name) => names.includes(name));
  const near = namespaces === 'all' ? [] : nearestNames(namespaces[0] ?? '', names, 4);
  throw new InferscopeProblem({
    code: 'IS0022',
    tried: `Looked for workloads in ${where} of ${port.describe}`,
    found: missing ? 'there is no such namespace' : 'there are none',
    todo: [
      missing && near.length > 0
        ? `Perhaps -n ${near.join(', -n ')} is meant`
        : 'Name another namespace with -n, or all of them with -A',
    ],
  });
}
