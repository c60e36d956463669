/**
 * `inferscope azureml` as a user runs it: by the names that Azure ML shows, from a recorded cluster and live, with what Azure ML said beside what the
 * cluster shows. Every recorded online deployment gives the same first cause by its name as by its Deployment.
 */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diagnose } from '../../src/engine/diagnose.ts';
import { azuremlPlaceOf } from '../../src/model/azureml-labels.ts';
import { reportSchema } from '../../src/model/report-schema.ts';
import { rules } from '../../src/rules/index.gen.ts';
import { kubeconfigText, testFolder } from '../../src/testing/kubeconfig.ts';
import { loadScenario } from '../scenario.ts';
import { serveCapture } from '../serve-capture.ts';
import { buildCommand, type Command } from './command.ts';

const SCENARIOS = path.resolve(import.meta.dirname, '../scenarios');
const UNSCHEDULABLE = path.join(SCENARIOS, 'azureml-unschedulable', 'capture.tgz');
const HEALTHY = path.join(SCENARIOS, 'azureml-healthy', 'capture.tgz');
const SAID = JSON.stringify({
  error: {
    code: 'BadRequest',
    message: 'The request is invalid.',
    details: [
      {
        code: 'KubernetesUnaccessible',
        message: 'Kubernetes error: AuthenticationException. Reason: InvalidCertificate',
      },
    ],
  },
});

let command: Command;
beforeAll(async () => {
  command = await buildCommand();
  writeFileSync(path.join(command.folder, 'error.json'), SAID);
});
afterAll(() => command.remove());

describe('by the names of Azure ML', () => {
  test('a deployment, its endpoint, and everything lead to the cause', async () => {
    for (const name of [['captions/blue'], ['CAPTIONS'], []]) {
      const outcome = await command.run(['azureml', ...name, '--from', UNSCHEDULABLE, '-o', 'json']);
      expect(outcome).toMatchObject({ code: 1, stderr: '', written: [] });
      const report = reportSchema.parse(JSON.parse(outcome.stdout));
      expect(report.diagnoses[0]?.causes[0]?.code).toBe('IS2105');
      expect(report.diagnoses[0]?.azure?.calledInAzure).toContain('PodUnschedulable');
    }
  });

  test('a name that is not there: the nearest, and how to ask Azure', async () => {
    const outcome = await command.run(['azureml', 'caption/blue', '--from', UNSCHEDULABLE]);
    expect(outcome).toMatchObject({ code: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/^IS0021 /);
    expect(outcome.stderr).toContain('Perhaps captions is meant');
    const other = await command.run(['azureml', 'captions/green', '--from', UNSCHEDULABLE]);
    expect(other.stderr).toContain('endpoint captions has only blue');
    expect((await command.run(['azureml', 'a/b/c', '--from', UNSCHEDULABLE])).stderr).toMatch(/^IS0023 /);
  });

  test('a cluster without anything of Azure ML is no healthy result', async () => {
    const outcome = await command.run([
      'azureml',
      '--from',
      path.join(SCENARIOS, 'insufficient-cpu-two-nodes', 'capture.tgz'),
    ]);
    expect(outcome).toMatchObject({ code: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/^IS0022 /);
  });
});

describe('what Azure ML said', () => {
  test('where nothing is wrong in the cluster the report asks Azure, and is not healthy', async () => {
    const endpoint = await endpointOf('azureml-healthy');
    const quiet = await command.run(['azureml', endpoint, '--from', HEALTHY]);
    expect(quiet.code).toBe(0);
    const outcome = await command.run(['azureml', endpoint, '--from', HEALTHY, '--error', 'error.json']);
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toContain('KubernetesUnaccessible');
    expect(outcome.stdout).toMatch(/only Azure can tell:[\s\S]*\n\s+az /);
    const piped = await command.run(['azureml', endpoint, '--from', HEALTHY, '--error', '-'], { stdin: SAID });
    expect(piped.stdout).toBe(outcome.stdout);
  });

  test('where nothing of the deployment is in the cluster, what Azure ML said is explained', async () => {
    const outcome = await command.run(['azureml', 'captions/green', '--from', UNSCHEDULABLE, '--error', 'error.json']);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toMatch(/^IS0021 /);
    expect(outcome.stdout).toContain('KubernetesUnaccessible');
  });

  test('it never overrules the cluster', async () => {
    const outcome = await command.run(['azureml', 'captions/blue', '--from', UNSCHEDULABLE, '--error', 'error.json']);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('CAUSE  IS2105');
  });

  test('a file that is not there: one clear message', async () => {
    const outcome = await command.run(['azureml', 'captions', '--from', UNSCHEDULABLE, '--error', 'none.json']);
    expect(outcome).toMatchObject({ code: 3, stdout: '' });
    expect(outcome.stderr).toMatch(/^IS0003 /);
  });
});

test('live: the same cause, within 10 requests beside those for finding it', async () => {
  const { server } = await serveCapture(UNSCHEDULABLE);
  const folder = testFolder();
  try {
    const kubeconfig = folder.write('config', kubeconfigText({ server: server.url }));
    const outcome = await command.run(['azureml', 'captions/blue', '--kubeconfig', kubeconfig, '--debug']);
    expect(outcome.code).toBe(1);
    expect(outcome.stdout).toContain('CAUSE  IS2105');
    expect(Number(/^(\d+) requests/m.exec(outcome.stderr)?.[1])).toBeLessThanOrEqual(13);
  } finally {
    await server.close();
    folder.remove();
  }
});

describe('recorded deployments', () => {
  for (const id of readdirSync(SCENARIOS)
    .filter((name) => name.startsWith('azureml-'))
    .sort())
    test(id, async () => {
      const { asked, snapshot } = await loadScenario(id);
      const place = placeOf(snapshot.evidence, asked.name);
      const own = snapshot.evidence.flatMap((piece) =>
        piece.type === 'object' && piece.subject.kind === 'OnlineDeployment' ? [piece] : [],
      );
      const online = own.find(({ subject, body }) => azuremlPlaceOf(subject, body)?.endpoint === place?.endpoint);
      // The router and a refused Deployment are no deployment's own.
      if (place === undefined || online === undefined) return;
      const first = (ref: typeof asked): string | undefined => {
        const cause = diagnose(snapshot, { rules, asked: [ref] }).report.diagnoses[0]?.causes[0];
        return cause === undefined ? undefined : `${cause.code} ${cause.subject.kind}/${cause.subject.name}`;
      };
      expect(first(online.subject)).toBe(first(asked));
    });
});

type Pieces = Awaited<ReturnType<typeof loadScenario>>['snapshot']['evidence'];

function placeOf(evidence: Pieces, deployment: string): ReturnType<typeof azuremlPlaceOf> {
  const found = evidence.find(
    (piece) => piece.type === 'object' && piece.subject.kind === 'Deployment' && piece.subject.name === deployment,
  );
  return found?.type === 'object' ? azuremlPlaceOf(found.subject, found.body) : undefined;
}

async function endpointOf(id: string): Promise<string> {
  const { asked, snapshot } = await loadScenario(id);
  return placeOf(snapshot.evidence, asked.name)?.endpoint ?? '';
}
