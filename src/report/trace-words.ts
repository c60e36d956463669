/** Words that the renderers of a trace share: what a caller gets, who calls, what decides. Reads the TraceReport only. */
import type { TraceHop, TracePath, TraceReport, TraceSent } from '../model/trace-schema.ts';
import { titleOf } from '../model/kinds.ts';
import { cleanLine } from './text.ts';

type Answer = NonNullable<TraceHop['answer']>;

/** `404 NR (no route)`, `504 (activator request timeout)`, `no answer (connection refused)`, `gRPC status 14 UNAVAILABLE`. */
export function answerText(answer: Answer): string {
  const flag = answer.flag === undefined || answer.flag === '-' ? '' : ` ${answer.flag}`;
  if (answer.words.startsWith('gRPC')) return cleanLine(answer.words);
  const head = answer.status === undefined ? 'no answer' : `${answer.status}${flag}`;
  return cleanLine(answer.words === 'OK' ? head : `${head} (${answer.words})`);
}

export function callerText(path: TracePath): string {
  const from = path.caller === 'external' ? 'from outside' : 'from inside the cluster';
  return path.tag === undefined ? from : `${from}, tag ${cleanLine(path.tag)}`;
}

export function requestText(path: TracePath): string {
  return cleanLine(
    path.host === '' ? `${path.method} ${path.path}` : `${path.method} http://${hostText(path)}${path.path}`,
  );
}

/** With its port, where it is not 80. */
export function hostText({ host, port }: TracePath): string {
  return port === undefined || port === 80 ? host : `${host}:${port}`;
}

/** `Revision x (20 % of the requests)`. */
export function targetText(path: TracePath): string {
  if (path.target === '') return '';
  return cleanLine(
    path.percent === 100 || path.tag !== undefined ? path.target : `${path.target}, ${path.percent} % of the requests`,
  );
}

/** `is answered 200`, `ends at model: 404 (…)`; brief: without the words of the answer. */
export function outcomeText(path: TracePath, brief = false): string {
  const { outcome } = path;
  switch (outcome.state) {
    case 'passes':
      return `is answered ${answerText(outcome.answer)}`;
    case 'fails': {
      const at = `ends at ${cleanLine(path.hops[outcome.hop]?.title ?? '')}: `;
      return (
        at +
        (brief && outcome.answer.status !== undefined
          ? answerText({ ...outcome.answer, words: 'OK' })
          : answerText(outcome.answer))
      );
    }
    case 'unknown':
      return `is not known beyond ${cleanLine(path.hops[outcome.hop]?.title ?? '')}`;
  }
}

export function statusText(report: TraceReport): string {
  const count = (state: TracePath['outcome']['state']): number =>
    report.paths.filter((path) => path.outcome.state === state).length;
  const all = report.paths.length;
  if (report.status === 'passes') return all === 1 ? 'A REQUEST WOULD PASS' : `ALL ${all} PATHS PASS`;
  const [word, number] = report.status === 'fails' ? ['FAIL', count('fails')] : ['NOT KNOWN', count('unknown')];
  return all === 1 ? (word === 'FAIL' ? 'A REQUEST WOULD FAIL' : 'NOT KNOWN') : `${number} OF ${all} PATHS ${word}`;
}

/** `Knative Ingress garden/x`, as far as the hop names one. */
export function objectText(hop: TraceHop): string | undefined {
  const { object } = hop;
  if (object === undefined) return undefined;
  return cleanLine(`${titleOf(object)} ${object.namespace === undefined ? '' : `${object.namespace}/`}${object.name}`);
}

/** `0 wanted: deployments/activator /spec/replicas`, `…: pods/x/log/c line 3`; without namespace and version, which the object says. */
export function evidenceText(evidence: TraceHop['evidence'][number]): string {
  const at =
    evidence.lines === undefined
      ? (evidence.pointer ?? '')
      : evidence.lines[0] === evidence.lines[1]
        ? ` line ${evidence.lines[0]}`
        : ` lines ${evidence.lines.join('-')}`;
  return cleanLine(
    `${evidence.label}: ${evidence.evidence.replace(/^ev:/, '').replace(/^apis?\/.{1,300}?\/(?:namespaces\/[^/]{1,100}\/)?(?=[^/]{1,100}\/[^/]{1,300}(?:\/log\/[^/]{1,200})?$)/, '')}${at.startsWith('/') ? ` ${at}` : at}`,
  );
}

export function hopFacts(hop: TraceHop): string {
  return cleanLine(hop.facts.map(({ name, value }) => `${name} ${value}`).join(', '));
}

/** The first hop of all paths that fails, or that is not known: what a person is to look at. */
export function decisiveHop(
  report: TraceReport,
): { readonly path: TracePath; readonly hop: TraceHop; readonly number: number } | undefined {
  const order = report.status === 'fails' ? 'fails' : 'unknown';
  for (const path of report.paths) {
    if (path.outcome.state !== order) continue;
    const hop = path.hops[path.outcome.hop];
    if (hop !== undefined) return { path, hop, number: path.outcome.hop + 1 };
  }
  return undefined;
}

export function verdictText(sent: TraceSent): string {
  const got = sent.status === undefined ? `no answer: ${sent.error ?? ''}` : `${sent.status}`;
  const words = {
    'as-predicted': 'as predicted',
    otherwise: 'otherwise than predicted',
    'not-predicted': 'nothing was predicted',
  } as const;
  return cleanLine(`${got}, ${words[sent.verdict]}`);
}
