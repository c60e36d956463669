/**
 * What `trace` predicts for a request, from configuration and logs alone, is what was answered when it was really sent: every exchange of every
 * recorded scenario.
 */
import { describe, expect, test } from 'vitest';
import { diagnose } from '../src/engine/diagnose.ts';
import { trace, traceRequest } from '../src/engine/trace.ts';
import type { ExchangeEvidence, Snapshot } from '../src/model/evidence.ts';
import { groupOf } from '../src/model/reference.ts';
import { traceSchema } from '../src/model/trace-schema.ts';
import { renderTrace } from '../src/report/terminal/trace.ts';
import { renderTracePlain } from '../src/report/trace-plain.ts';
import { decisiveHop } from '../src/report/trace-words.ts';
import { rules } from '../src/rules/index.gen.ts';
import { loadScenario, scenarioIds } from './scenario.ts';

/** The flag that the gateway wrote for the client's own request: of several lines the one with its status and its host. */
function observed(exchange: ExchangeEvidence): string {
  const { host } = new URL(exchange.request.url);
  const line = exchange.accessLog.find((entry) => entry.includes(`"${host}"`)) ?? '';
  const flag = /HTTP\/[\d.]+" \d{3} (\S+) /.exec(line)?.[1] ?? '-';
  return `${exchange.response?.status ?? 'none'} ${flag}`;
}

/** The same evidence without the exchanges, and without the gateways' logs, which hold the answer. */
function blindfolded(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    evidence: snapshot.evidence.filter(
      (piece) => piece.type !== 'exchange' && !(piece.type === 'log' && /gateway|envoy/.test(piece.container)),
    ),
  };
}

describe('the answer to each recorded request is predicted', async () => {
  const scenarios = await Promise.all(
    scenarioIds()
      .filter((id) => /^k(?:serve|native)-/.test(id))
      .map(loadScenario),
  );
  const all = scenarios.flatMap(({ id, asked, snapshot }) =>
    snapshot.evidence.flatMap((piece) => (piece.type === 'exchange' ? [{ id, asked, snapshot, exchange: piece }] : [])),
  );

  test('there are recorded requests', () => {
    expect(all.length).toBeGreaterThanOrEqual(12);
  });

  test.each(
    all.map((entry) => [`${entry.id}: ${entry.exchange.request.method} ${entry.exchange.request.url}`, entry] as const),
  )('%s', (_, { asked, snapshot, exchange }) => {
    const url = new URL(exchange.request.url);
    const contentType = Object.entries(exchange.request.headers).find(
      ([name]) => name.toLowerCase() === 'content-type',
    )?.[1];
    const { prediction } = traceRequest(blindfolded(snapshot), asked, {
      host: url.host,
      path: url.pathname,
      method: exchange.request.method,
      ...(contentType === undefined ? {} : { contentType }),
    });
    expect(prediction.state === 'answers' ? `${prediction.status} ${prediction.flag}` : prediction.by.says).toBe(
      observed(exchange),
    );
  });

  test('whatever kind could not be read: the same answer, or not known', () => {
    const wrong = all.flatMap(({ id, asked, snapshot, exchange }) => {
      const url = new URL(exchange.request.url);
      const blind = blindfolded(snapshot);
      const kinds = new Set(
        blind.evidence.flatMap((piece) => (piece.type === 'list' ? [`${piece.kind}.${piece.group}`] : [])),
      );
      return [...kinds].flatMap((kind) => {
        const evidence = blind.evidence.filter(
          (piece) =>
            !(piece.type === 'list' && `${piece.kind}.${piece.group}` === kind) &&
            !(piece.type === 'object' && `${piece.subject.kind}.${groupOf(piece.subject.apiVersion)}` === kind),
        );
        const contentType = Object.entries(exchange.request.headers).find(
          ([name]) => name.toLowerCase() === 'content-type',
        )?.[1];
        const { prediction } = traceRequest({ ...blind, evidence }, asked, {
          host: url.host,
          path: url.pathname,
          method: exchange.request.method,
          ...(contentType === undefined ? {} : { contentType }),
        });
        const told = prediction.state === 'answers' ? `${prediction.status} ${prediction.flag ?? ''}` : 'unknown';
        // Which of two flags may be left open.
        return told === 'unknown' || observed(exchange).startsWith(told)
          ? []
          : [`${id} ${url.pathname} without ${kind}: ${told}, ${prediction.by.says}`];
      });
    });
    expect(wrong).toEqual([]);
  });
});

describe('trace and diagnosis do not contradict each other', async () => {
  const scenarios = await Promise.all(
    scenarioIds()
      .filter((id) => /^k(?:serve|native)-/.test(id))
      .map(loadScenario),
  );

  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (_, { asked, snapshot }) => {
    const diagnosed = diagnose(snapshot, { rules, asked: [asked] }).report;
    const { report } = trace(snapshot, asked);
    expect(traceSchema.parse(report)).toEqual(report);
    const ready = diagnosed.diagnoses[0]?.impact.state ?? '';
    const decisive = decisiveHop(report);
    if (diagnosed.status === 'healthy') expect(report.status).not.toBe('fails');
    // Requests fail although the object is Ready: of which ones, the diagnosis was told by those that were sent.
    else if (ready !== 'READY, REQUESTS FAIL') {
      const another = report.paths.some((path) => path.notes?.some((note) => note.includes('takes no requests')));
      if (report.status === 'passes') expect(another).toBe(true);
      else if (decisive?.hop.title !== asked.kind) expect(decisive?.hop.todo).toBeDefined();
    }
  });

  test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
    '%s: the first lines decide, and none is too wide',
    (_, { asked, snapshot }) => {
      const { report } = trace(snapshot, asked);
      for (const width of [60, 90]) {
        const text = renderTrace(report, { width, colour: false, ascii: width === 60 });
        const head = text.split('\n').slice(0, 10).join('\n');
        expect(head).toMatch(/^(?:CAUSE|OPEN|PATH) {2}/m);
        // What is to be copied is not broken.
        const broad = text
          .split('\n')
          .filter((line) => line.length > width && !/^ +(?:inferscope|kubectl) /.test(line));
        expect(broad).toEqual([]);
      }
      expect(renderTracePlain(report)).toMatch(/^Object: .+\nResult: .+\n/);
    },
  );
});
