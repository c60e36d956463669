/**
 * A capture and the cluster it came from give the same diagnosis: every scenario is served over HTTP as a read-only API and asked live, within
 * ten requests and without lists of the whole cluster where less does.
 */
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { diagnoseLive } from '../src/cli/live.ts';
import { connectCluster } from '../src/collect/live/connect.ts';
import type { ClusterPort } from '../src/collect/port.ts';
import { diagnose } from '../src/engine/diagnose.ts';
import { isServing } from '../src/model/serving-relations.ts';
import { apiPath } from '../src/model/api-path.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import { KINDS, apiVersionOf } from '../src/model/kinds.ts';
import type { Report } from '../src/model/report-schema.ts';
import { rules } from '../src/rules/index.gen.ts';
import type { ApiServer } from '../src/testing/api-server.ts';
import { kubeconfigText, testFolder, type TestFolder } from '../src/testing/kubeconfig.ts';
import { serveCapture } from './serve-capture.ts';
import { loadScenario, readTruth, scenarioIds } from './scenario.ts';

const MOST_REQUESTS = 10;
const MOST_REQUESTS_OF_CHAIN = 12;
/** Few objects, or (pods) nothing less shows what room a node has. */
const MAY_BE_LISTED_WIDE =
  /^(?:nodes|pods|storageclasses|mutatingwebhookconfigurations|validatingwebhookconfigurations|priorityclasses|runtimeclasses|namespaces|clusterservingruntimes|clusterstoragecontainers|gatewayclasses|ingressclasses)$/;

const closing: (ApiServer | TestFolder | ClusterPort)[] = [];
afterEach(async () => {
  for (const each of closing.splice(0)) await ('remove' in each ? each.remove() : each.close());
});

/** What a person would act on; ages and counts of what was read differ by nature. */
function essence(report: Report): unknown {
  return report.diagnoses.map((diagnosis) => ({
    subject: `${diagnosis.subject.kind}/${diagnosis.subject.name}`,
    status: diagnosis.status,
    state: diagnosis.impact.state,
    victims: diagnosis.victims.map((victim) => `${victim.kind}/${victim.name}`).sort(),
    causes: diagnosis.causes.map((cause) => ({
      code: cause.code,
      text: cause.message.text,
      certainty: cause.certainty,
      at: `${cause.subject.kind}/${cause.subject.name}`,
      fixes: cause.fixes,
    })),
    why: diagnosis.why.map((step) => step.text),
    trigger: diagnosis.trigger,
  }));
}

/**
 * The capture as what the served cluster is: it holds these objects and no others. Registry look-ups, outputs of kubectl and requests that were sent are evidence that
 * an API server does not serve.
 */
function asWholeCluster(snapshot: Snapshot): Snapshot {
  const lists = KINDS.map((info) => {
    const apiVersion = apiVersionOf(info);
    const subject = { apiVersion, kind: info.kind, name: '' };
    const id = `ev:list:${apiPath({ apiVersion, kind: info.kind, name: 'x' }).slice(0, -2)}` as const;
    return {
      type: 'list',
      id,
      subject,
      completeness: { kind: 'complete' },
      kind: info.kind,
      group: info.group,
      namespaces: 'all',
    } as const;
  });
  const held = snapshot.evidence.filter(
    (piece) =>
      piece.type !== 'registry' && piece.type !== 'output' && piece.type !== 'exchange' && piece.type !== 'list',
  );
  return {
    ...snapshot,
    scope: { namespaces: 'all', clusterScoped: true },
    evidence: [...held, ...lists],
    gaps: snapshot.gaps.filter((gap) => gap.id.includes('/log/')),
  };
}

async function serve(id: string): Promise<{ port: ClusterPort; server: ApiServer; namespace: string }> {
  const { asked } = readTruth(id);
  const namespace = asked.namespace ?? 'default';
  const { server } = await serveCapture(path.resolve(import.meta.dirname, 'scenarios', id, 'capture.tgz'));
  const folder = testFolder();
  const kubeconfig = folder.write('config', kubeconfigText({ server: server.url, namespace }));
  const port = await connectCluster({ kubeconfig, env: {}, timeoutMs: 20_000 });
  closing.push(port, server, folder);
  return { port, server, namespace };
}

/** Plurals of the lists that were asked over all namespaces. */
function wideLists(server: ApiServer): readonly string[] {
  return server.requests.flatMap((request) => {
    const [, plural] = /^\/(?:api|apis\/[^/]+)\/[^/]+\/([^/?]+)(?:\?|$)/.exec(request) ?? [];
    return plural === undefined || request.includes('fieldSelector=') ? [] : [plural];
  });
}

describe('one object', () => {
  test.each(scenarioIds())('live equals capture: %s', async (id) => {
    const { snapshot, asked } = await loadScenario(id);
    const { port, server, namespace } = await serve(id);
    const live = await diagnoseLive(port, { asked: [asked], namespaces: [namespace] }, rules);
    // An object of the serving chain costs more, and logs of suspects come on top.
    const chain = isServing(asked);
    const most = chain ? MOST_REQUESTS_OF_CHAIN : MOST_REQUESTS;
    const counted = server.requests.filter((request) => !chain || !/\/log\?/.test(request));
    expect(counted.length, server.requests.join('\n')).toBeLessThanOrEqual(most);
    const captured = diagnose(asWholeCluster(snapshot), { rules, asked: [asked] });
    expect(essence(live.report)).toEqual(essence(captured.report));
    expect(wideLists(server).filter((plural) => !MAY_BE_LISTED_WIDE.test(plural))).toEqual([]);
  });
});

describe('a namespace', () => {
  // One of each stage, one that is healthy, one whose cause lies with a Service.
  const chosen = [
    'registry-auth-no-pull-secret',
    'insufficient-memory-node',
    'pvc-missing',
    'secret-keys-missing',
    'python-package-missing',
    'job-backoff-limit',
    'readiness-wrong-port',
    'service-selector-mismatch',
    'quota-exceeded',
    'healthy-restarted-once',
  ];
  test.each(scenarioIds().filter((id) => chosen.includes(id)))('live equals capture: %s', async (id) => {
    const { snapshot } = await loadScenario(id);
    const { port, namespace } = await serve(id);
    const live = await diagnoseLive(port, { asked: [], namespaces: [namespace] }, rules);
    const captured = diagnose(asWholeCluster(snapshot), { rules, namespaces: [namespace] });
    expect(live.report.status).toBe(captured.report.status);
    expect(essence(live.report)).toEqual(essence(captured.report));
  });
});
