/**
 * Whole clusters of other clouds and distributions, written short: nodes by the pool, programs with pod, Service and endpoints. Each is judged as it is
 * (`healthy`) and broken in ways that happen. Written after what each distribution ships; recorded ones lie under preflight-captures/.
 */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { CORE_SCHEMA, load } from 'js-yaml';
import { z } from 'zod';
import { preflight } from '../src/engine/preflight.ts';
import type { Snapshot } from '../src/model/evidence.ts';
import { textAt, type JsonObject } from '../src/model/json.ts';
import { PREFLIGHT, PREFLIGHT_PHASES, PREFLIGHT_PROFILES } from '../src/model/preflight.ts';
import type { PreflightReport } from '../src/model/preflight-schema.ts';
import { rules } from '../src/rules/index.gen.ts';
import { givenSchema } from '../src/testing/case-runner.ts';
import { buildSnapshot } from '../src/testing/snapshot-builder.ts';

const textMap = z.record(z.string(), z.string());

const poolSchema = z.strictObject({
  name: z.string(),
  count: z.number().default(1),
  labels: textMap.default({}),
  annotations: textMap.default({}),
  taints: z.array(z.record(z.string(), z.string())).default([]),
  /** `{name}` stands for the node. */
  provider: z.string().optional(),
  version: z.string().default('v1.34.1'),
  arch: z.string().default('amd64'),
  os: z.string().default('linux'),
  cpu: z.string().default('7910m'),
  memory: z.string().default('28Gi'),
  pods: z.string().default('110'),
  /** Further resources that it offers. */
  offers: textMap.default({}),
  created: z.string().default('2026-02-01T00:00:00Z'),
  ready: z.enum(['True', 'False', 'Unknown']).default('True'),
});

const programSchema = z.strictObject({
  /** `Deployment/kube-system/coredns`. */
  of: z.string(),
  image: z.string(),
  args: z.array(z.string()).default([]),
  env: z.array(z.unknown()).default([]),
  envFrom: z.array(z.unknown()).default([]),
  labels: textMap.default({}),
  podLabels: textMap.default({}),
  annotations: textMap.default({}),
  replicas: z.number().default(1),
  ready: z.number().optional(),
  node: z.string().optional(),
  requests: textMap.default({}),
  /** A Service of that name with endpoints. */
  service: z.string().optional(),
});

const clusterSchema = z.strictObject({
  title: z.string(),
  nodes: z.array(poolSchema).default([]),
  programs: z.array(programSchema).default([]),
  namespaces: z.array(z.string()).default([]),
  /** Names of CustomResourceDefinitions, each with the versions that it serves: `inferenceservices.serving.kserve.io: v1beta1`. */
  definitions: textMap.default({}),
  objects: z.array(z.record(z.string(), z.unknown())).default([]),
});

const expectSchema = z.strictObject({
  status: z.enum(['passed', 'failed', 'unknown']).optional(),
  failed: z.array(z.string()).default([]),
  passed: z.array(z.string()).default([]),
  notChecked: z.array(z.string()).default([]),
  idle: z.array(z.string()).default([]),
  says: z.string().optional(),
});

const caseSchema = z.strictObject({
  title: z.string(),
  profiles: z.array(z.enum(PREFLIGHT_PROFILES)),
  phase: z.enum(PREFLIGHT_PHASES).default('pre-install'),
  settings: textMap.default({}),
  /** Takes the place of a pool or program of the same name. */
  nodes: z.array(poolSchema).default([]),
  programs: z.array(programSchema).default([]),
  without: z.array(z.string()).default([]),
  given: givenSchema.default({}),
  expect: expectSchema,
});

const fileSchema = z.strictObject({ cluster: clusterSchema, cases: z.array(caseSchema) });
export type ClusterCase = z.infer<typeof caseSchema>;
type Cluster = z.infer<typeof clusterSchema>;

const FOLDER = path.resolve(import.meta.dirname, 'preflight-clusters');

export interface LoadedCase {
  readonly file: string;
  readonly title: string;
  readonly cluster: Cluster;
  readonly clusterCase: ClusterCase;
}

export function clusterCases(): readonly LoadedCase[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const parsed = fileSchema.safeParse(load(readFileSync(path.join(FOLDER, file), 'utf8'), { schema: CORE_SCHEMA }));
      if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
      const { cluster, cases } = parsed.data;
      return cases.map((clusterCase) => ({
        file,
        title: `${cluster.title}: ${clusterCase.title}`,
        cluster,
        clusterCase,
      }));
    });
}

function snapshotOf({ cluster, clusterCase }: LoadedCase): Snapshot {
  const { nodes, programs, without, given, profiles, phase, settings } = clusterCase;
  const own = [
    ...replaced(cluster.nodes, nodes, ({ name }) => name).flatMap(nodesOf),
    ...replaced(cluster.programs, programs, ({ of }) => of).flatMap(programOf),
    ...['default', 'kube-system', ...cluster.namespaces].map((name) => ({
      kind: 'Namespace',
      metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
      status: { phase: 'Active' },
    })),
    ...Object.entries(cluster.definitions).map(([name, versions]) => definition(name, versions.split(' '))),
    ...cluster.objects,
  ];
  const changed = new Set([...without, ...(given.objects ?? []).map(keyOf)]);
  const keys = new Set(own.map(keyOf));
  for (const key of without) if (!keys.has(key)) throw new Error(`there is no ${key}`);
  return buildSnapshot({
    ...given,
    objects: [
      ...own.filter((object) => !changed.has(keyOf(object))),
      ...(given.objects ?? []),
      { kind: PREFLIGHT.kind, spec: { profiles, phase, settings } },
    ],
  });
}

export function problemsOfCluster(loaded: LoadedCase): readonly string[] {
  const { report } = preflight(snapshotOf(loaded), rules);
  const { expect } = loaded.clusterCase;
  const problems = report.checks
    .filter(({ state }) => state === 'crashed')
    .map(({ code, text }) => `${code} crashed: ${text}`);
  const failed = report.checks.filter(({ state }) => state === 'failed');
  if (
    failed
      .map(({ code }) => code)
      .sort()
      .join() !== [...expect.failed].sort().join()
  )
    problems.push(
      `failed: ${failed.map(({ code, text }) => `${code} ${text}`).join(' | ') || 'none'}; expected ${expect.failed.join(', ') || 'none'}`,
    );
  const states = [
    ['passed', expect.passed],
    ['not-checked', expect.notChecked],
    ['not-applicable', expect.idle],
  ] as const;
  for (const [state, codes] of states)
    for (const code of codes) {
      const check = report.checks.find((candidate) => candidate.code === code);
      if (check?.state !== state) problems.push(`${code} is to be ${state}: ${textOf(check)}`);
    }
  if (expect.status !== undefined && report.status !== expect.status)
    problems.push(
      `status is ${report.status}: ${report.checks
        .filter(({ state, weight }) => state === 'not-checked' && weight === 'blocking')
        .map(textOf)
        .join(' | ')}`,
    );
  if (expect.says !== undefined && !failed.some(({ text }) => text.includes(expect.says ?? '')))
    problems.push(`no failed check says ${JSON.stringify(expect.says)}: ${failed.map(({ text }) => text).join(' | ')}`);
  return problems;
}

function textOf(check: PreflightReport['checks'][number] | undefined): string {
  return check === undefined ? 'it was not run' : `${check.code} ${check.state}, ${check.text}`;
}

function replaced<T>(own: readonly T[], other: readonly T[], nameOf: (one: T) => string): readonly T[] {
  const names = new Set(other.map(nameOf));
  return [...own.filter((one) => !names.has(nameOf(one))), ...other];
}

function keyOf(object: JsonObject): string {
  return [
    textAt(object, 'kind'),
    ...[textAt(object, 'metadata', 'namespace') ?? []].flat(),
    textAt(object, 'metadata', 'name'),
  ].join('/');
}

function nodesOf(pool: z.infer<typeof poolSchema>): readonly JsonObject[] {
  return Array.from({ length: pool.count }, (_, index) => {
    const name = pool.count === 1 ? pool.name : `${pool.name}-${index}`;
    const amounts = { cpu: pool.cpu, memory: pool.memory, pods: pool.pods, ...pool.offers };
    return {
      kind: 'Node',
      metadata: {
        name,
        creationTimestamp: pool.created,
        labels: { 'kubernetes.io/os': pool.os, 'kubernetes.io/arch': pool.arch, ...pool.labels },
        annotations: pool.annotations,
      },
      spec: {
        taints: pool.taints,
        ...(pool.provider === undefined ? {} : { providerID: pool.provider.replace('{name}', name) }),
      },
      status: {
        allocatable: amounts,
        capacity: amounts,
        conditions: [
          { type: 'Ready', status: pool.ready, reason: 'KubeletReady', message: '', lastTransitionTime: pool.created },
        ],
        nodeInfo: { architecture: pool.arch, operatingSystem: pool.os, kubeletVersion: pool.version },
      },
    };
  });
}

function programOf(program: z.infer<typeof programSchema>): readonly JsonObject[] {
  const [kind = '', namespace = '', name = ''] = program.of.split('/');
  const { replicas, ready = replicas } = program;
  const podLabels = { app: name, ...program.podLabels };
  const container = {
    name,
    image: program.image,
    args: program.args,
    env: program.env,
    envFrom: program.envFrom,
    resources: { requests: program.requests },
  };
  const template = { metadata: { labels: podLabels }, spec: { containers: [container] } };
  const status =
    kind === 'DaemonSet'
      ? { desiredNumberScheduled: replicas, numberReady: ready }
      : { replicas, readyReplicas: ready, availableReplicas: ready };
  return [
    {
      kind,
      metadata: { name, namespace, labels: program.labels, annotations: program.annotations },
      spec: {
        ...(kind === 'DaemonSet' ? {} : { replicas }),
        selector: { matchLabels: podLabels },
        template,
      },
      status,
    },
    ...Array.from({ length: replicas }, (_, index) => {
      const isReady = index < ready ? 'True' : 'False';
      return {
        kind: 'Pod',
        owner: `${kind}/${name}`,
        metadata: { name: `${name}-${index}`, namespace, labels: podLabels },
        spec: { containers: [container], ...(program.node === undefined ? {} : { nodeName: program.node }) },
        status: {
          phase: 'Running',
          conditions: [{ type: 'Ready', status: isReady }],
          containerStatuses: [{ name, ready: isReady === 'True', restartCount: 0, state: { running: {} } }],
        },
      };
    }),
    ...(program.service === undefined ? [] : serviceOf(program.service, namespace, podLabels, ready)),
  ];
}

function serviceOf(name: string, namespace: string, selector: JsonObject, ready: number): readonly JsonObject[] {
  return [
    { kind: 'Service', metadata: { name, namespace }, spec: { type: 'ClusterIP', selector }, status: {} },
    {
      kind: 'EndpointSlice',
      metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': name } },
      endpoints: Array.from({ length: ready }, () => ({ addresses: ['10.0.0.9'], conditions: { ready: true } })),
    },
  ];
}

function definition(name: string, versions: readonly string[]): JsonObject {
  return {
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: name.slice(name.indexOf('.') + 1),
      versions: versions.map((version) => ({ name: version, served: true })),
    },
    status: {
      conditions: [
        { type: 'NamesAccepted', status: 'True' },
        { type: 'Established', status: 'True' },
      ],
    },
  };
}
