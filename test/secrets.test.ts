/**
 * The promise of SECURITY.md: no value of a Secret and no credential reaches a Snapshot or a Report, from whatever corner it came. One
 * capture holds a canary in every place where people have been seen to leave one; none may come out at the other end.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { diagnose, readCapture, renderJson, renderPlain, renderShort, renderTerminal } from '../src/index.ts';
import { expectNone } from './expect-none.ts';

const root = mkdtempSync(path.join(tmpdir(), 'inferscope-secrets-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const canaries = new Map<string, string>();

/** A value that looks like a real one, different for each place. */
function canary(place: string): string {
  const value = `cnry${canaries.size + 100}xQ7vLp2Zt9Rw4Kd8`;
  canaries.set(value, place);
  return value;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

const CONTAINER = {
  name: 'server',
  image: 'registry.example/model:1',
  env: [
    { name: 'HF_TOKEN', value: canary('env HF_TOKEN') },
    { name: 'spring.datasource.password', value: canary('env with dots') },
    { name: 'azure-storage-account-key', value: canary('env with hyphens') },
    { name: 'DATABASE_URL', value: `postgres://app:${canary('password of a URL')}@db:5432/x` },
    { name: 'BROKER', value: `amqp://app:p@${canary('password with an @')}@mq:5672/` },
  ],
  args: [
    '--api-key',
    canary('argument after its flag'),
    `--hub.token=${canary('argument with its flag')}`,
    `export WANDB_API_KEY=${canary('shell assignment')}; HF_TOKEN="${canary('quoted shell assignment')}" serve`,
  ],
  command: ['sh', '-c', `curl https://${canary('token as user of a URL')}@git.example/x.git`],
  livenessProbe: {
    httpGet: {
      path: '/',
      port: 80,
      httpHeaders: [
        { name: 'Authorization', value: `Basic ${canary('header of a probe')}` },
        { name: 'X-Api-Key', value: canary('API key of a probe') },
      ],
    },
  },
  lifecycle: { postStart: { exec: { command: ['login', '--password', canary('command of a hook')] } } },
};

const APPLIED = JSON.stringify({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  spec: { env: [{ name: 'TOKEN', value: canary('the applied object in an annotation') }] },
});

const DEPLOYMENT = {
  metadata: {
    name: 'model',
    namespace: 'ml',
    uid: 'd1',
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': `{"x":"${canary('last-applied')}"}`,
      'kapp.k14s.io/original': APPLIED,
      'objectset.rio.cattle.io/applied': `H4sIAAAAAAAA${base64(canary('compressed object in an annotation'))}`,
      'example.com/api-token': canary('annotation that is a token'),
      'example.com/uri': `https://bot:${canary('URI in an annotation')}@hooks.example/x`,
      'example.com/slack': `https://hooks.slack.com/services/T0/${canary('Slack webhook')}`,
    },
  },
  spec: { replicas: 1, selector: { matchLabels: { app: 'm' } }, template: { spec: { containers: [CONTAINER] } } },
  status: { conditions: [{ type: 'Progressing', message: `x --password=${canary('condition')}` }] },
};

const POD = {
  metadata: {
    name: 'model-1',
    namespace: 'ml',
    uid: 'p1',
    labels: { app: 'm' },
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: {
    nodeName: 'n1',
    containers: [CONTAINER],
    volumes: [{ name: 'v', csi: { driver: 'x', volumeAttributes: { password: canary('attribute of a volume') } } }],
  },
  status: {
    phase: 'Running',
    startTime: '2026-01-01T00:00:00Z',
    conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'x' }],
    containerStatuses: [
      {
        name: 'server',
        ready: false,
        restartCount: 4,
        image: 'registry.example/model:1',
        imageID: 'x',
        state: {
          waiting: { reason: 'CrashLoopBackOff', message: `back-off API_TOKEN=${canary('waiting message')}` },
        },
        lastState: {
          terminated: {
            exitCode: 1,
            reason: 'Error',
            startedAt: '2026-01-01T00:01:00Z',
            finishedAt: '2026-01-01T00:01:05Z',
            message: `ValueError: token=${canary('termination message')}`,
          },
        },
      },
    ],
  },
};

const LOG = [
  `connecting to redis://:${canary('URL in a log')}@redis:6379`,
  `headers: {'Authorization': 'Bearer ${canary('bearer in a log')}'}`,
  `Set-Cookie: session=${canary('cookie in a log')}; Path=/`,
  `{"password": "${canary('JSON in a log')}"}`,
  `OSError: 401 for https://models.example/m?X-Amz-Signature=${canary('signed URL in a log')}`,
  'Traceback (most recent call last):',
  '  File "/app/main.py", line 3, in <module>',
  `    connect("postgres://u:${canary('traceback')}@db/x")`,
  `ConnectionError: cannot connect with api_key='${canary('message of an exception')}'`,
  '',
].join('\n');

const KUBECONFIG = [
  'apiVersion: v1',
  'kind: Config',
  'users:',
  '- name: admin',
  '  user:',
  `    token: ${canary('token of a kubeconfig')}`,
  `    client-key-data: ${base64(canary('key of a kubeconfig'))}`,
  '',
].join('\n');

const MANIFEST_OF_SECRET = [
  'apiVersion: v1',
  'kind: Secret',
  'data:',
  `  db: ${base64(canary('Secret in a ConfigMap'))}`,
  '',
].join('\n');

function configMap(name: string, fields: object): object {
  return { metadata: { name, namespace: 'ml' }, ...fields };
}

function event(name: string, reason: string, message: string): object {
  return {
    metadata: { name, namespace: 'ml', creationTimestamp: '2026-01-01T00:02:00Z' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'ml', name: 'model-1', uid: 'p1' },
    type: 'Warning',
    reason,
    message,
    count: 3,
    lastTimestamp: '2026-01-01T00:02:00Z',
  };
}

function list(kind: string, apiVersion: string, items: readonly unknown[]): object {
  return { kind: `${kind}List`, apiVersion, metadata: {}, items };
}

const REGISTRY_BODY = {
  access_token: canary('token answer of a registry'),
  config: { Env: [`NPM_TOKEN=${canary('environment of an image')}`] },
  history: [{ created_by: `ARG PIP_TOKEN=${canary('history of an image')}` }],
};

const FILES: Readonly<Record<string, unknown>> = {
  'capture.json': {
    format: 'kubernetes-api-mirror',
    version: 1,
    takenAt: '2026-01-01T00:05:00Z',
    scope: { namespaces: ['ml'], clusterScoped: true },
  },
  'api/v1/pods.json': list('Pod', 'v1', [POD]),
  'apis/apps/v1/deployments.json': list('Deployment', 'apps/v1', [DEPLOYMENT]),
  'api/v1/events.json': list('Event', 'v1', [
    event('e1', 'Failed', `Failed to pull image "x": https://robot:${canary('pull error')}@registry.example/v2/: 401`),
    event('e2', 'FailedMount', `mount -o username=u,password=${canary('mount options in an event')}`),
    event('e3', 'Failed', `Invalid value: core.EnvVar{Name:"API_TOKEN", Value:"${canary('value printed by Go')}"}`),
  ]),
  'api/v1/secrets.json': list('Secret', 'v1', [
    {
      metadata: {
        name: 's',
        namespace: 'ml',
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"a":"${base64(canary('last-applied of a Secret'))}"}}`,
          'kapp.k14s.io/original': `{"apiVersion":"v1","kind":"Secret","data":{"a":"${base64(canary('original of a Secret'))}"}}`,
        },
      },
      type: 'Opaque',
      data: { password: base64(canary('data of a Secret')) },
      stringData: { user: canary('stringData of a Secret') },
    },
    {
      metadata: { name: 'pull', namespace: 'ml' },
      type: 'kubernetes.io/dockerconfigjson',
      data: {
        '.dockerconfigjson': base64(
          JSON.stringify({ auths: { 'registry.example': { auth: base64(`u:${canary('pull secret')}`) } } }),
        ),
      },
    },
  ]),
  'api/v1/configmaps.json': list('ConfigMap', 'v1', [
    configMap('environment', { data: { API_TOKEN: canary('data of a ConfigMap'), 'db-password': canary('its key') } }),
    configMap('files', {
      data: {
        config: KUBECONFIG,
        'secret.yaml': MANIFEST_OF_SECRET,
        'app.yaml': `db:\n  dbPassword: "${canary('YAML file')}"\n  authToken: ${canary('second setting of a YAML file')}\n`,
        'app.env': `PORT=1\nexport MODEL_TOKEN=${canary('env file')}\nJWT_SECRET='"${canary('quoted in an env file')}'\n`,
        'config.json': `{\n "auths": {"r": {"auth": "${base64(`u:${canary('docker configuration')}`)}"}}\n}\n`,
        aws: `[default]\naws_secret_access_key = ${canary('AWS credentials')}\n`,
        key: `-----BEGIN PRIVATE KEY-----\n${base64(canary('private key'))}\n-----END PRIVATE KEY-----\n`,
        release: base64(canary('Helm release').repeat(20)),
      },
      binaryData: { blob: base64(canary('binaryData')) },
    }),
  ]),
  'apis/argoproj.io/v1alpha1/workflows.json': list('Workflow', 'argoproj.io/v1alpha1', [
    {
      metadata: { name: 'w', namespace: 'ml' },
      spec: {
        arguments: { parameters: [{ name: 'db-password', value: canary('parameter of a workflow') }] },
        s3: { access_key: canary('field of a custom resource') },
        manifest: { apiVersion: 'v1', kind: 'Secret', data: { a: base64(canary('Secret in a custom resource')) } },
      },
    },
  ]),
  'api/v1/namespaces/ml/pods/model-1/log/server.txt': LOG,
  'api/v1/namespaces/ml/pods/model-1/log/server.previous.txt': LOG,
  'registry/registry.example/model/manifests/1.json': {
    status: 401,
    headers: {
      'Set-Cookie': canary('Set-Cookie of a registry'),
      location: `https://blob.example/x?sig=${canary('signed location')}`,
      'www-authenticate': 'Bearer realm="https://registry.example/token"',
    },
    body: REGISTRY_BODY,
  },
  'apply.txt': [
    `$ kubectl --token=${canary('command line')} apply -f x.yaml`,
    `Error from server: error when applying patch: {"data":{"db":"${base64(canary('patch of a Secret'))}"},"kind":"Secret"}`,
    `{"name":"API_TOKEN","value":"${canary('patch of a variable')}"}`,
    '',
  ].join('\n'),
  'evidence.json': {
    evidence: [
      {
        type: 'registry',
        id: 'ev:registry/other',
        subject: { apiVersion: 'oci', kind: 'Image', name: 'other' },
        completeness: { kind: 'complete' },
        host: 'registry.example',
        repository: 'other',
        what: 'manifests',
        reference: '1',
        status: 200,
        headers: { authorization: `Bearer ${canary('header of stored evidence')}` },
        body: JSON.stringify({ password: canary('body of stored evidence') }),
      },
    ],
  },
};

/** Base64 of whole groups of three bytes: what follows does not change it. */
function encodedStart(text: string): string {
  return base64(text.slice(0, text.length - (text.length % 3)));
}

/** The places whose canary stands in the text, plain or in base64. */
function leaks(text: string): readonly string[] {
  return [...canaries].flatMap(([value, place]) => {
    const forms = [value, encodedStart(value), encodedStart(`u:${value}`)];
    return forms.some((form) => text.includes(form)) ? [place] : [];
  });
}

for (const [name, content] of Object.entries(FILES)) {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}
const snapshot = await readCapture(root);

describe('no credential reaches', () => {
  test('the end of the way, though all of them were at its beginning', () => {
    expect(snapshot.evidence.length).toBeGreaterThan(12);
    const seen = new Set(leaks(JSON.stringify(FILES)));
    // Its base64 lies within another.
    expect([...canaries.values()].filter((place) => !seen.has(place))).toEqual(['pull secret']);
  });

  test('a Snapshot', () => {
    expectNone(leaks(JSON.stringify(snapshot)));
  });

  test('a Report in any form', () => {
    const report = diagnose(snapshot);
    const terminal = renderTerminal(report, { width: 90, colour: false, ascii: false });
    expect(report.diagnoses.length).toBeGreaterThan(0);
    expectNone(leaks([renderJson(report), renderPlain(report), renderShort(report), terminal].join('\n')));
  });
});

test('what is no credential is still there to be read', () => {
  const text = JSON.stringify(snapshot);
  for (const kept of [
    'redis:6379',
    'ConnectionError: cannot connect',
    'www-authenticate',
    'PORT=1',
    'HF_TOKEN',
    'registry.example/model:1',
  ])
    expect(text).toContain(kept);
});
