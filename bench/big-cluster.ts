/**
 * Makes the capture of a cluster of many pods, from one real pod's shape: deterministic, with a share of failing pods. For benchmarks only.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export interface BigClusterOptions {
  readonly pods: number;
  /** Every n-th Deployment of ten pods cannot pull its image. */
  readonly failingEvery: number;
}

const TAKEN = '2026-03-01T12:00:00Z';
const CREATED = '2026-02-20T08:00:00Z';
const NAMESPACES = 40;
const PODS_PER_DEPLOYMENT = 10;

export function writeBigCluster(directory: string, options: BigClusterOptions): { readonly bytes: number } {
  const deployments: unknown[] = [];
  const replicaSets: unknown[] = [];
  const pods: unknown[] = [];
  const events: unknown[] = [];
  for (let index = 0; index < options.pods / PODS_PER_DEPLOYMENT; index += 1) {
    const namespace = `team-${index % NAMESPACES}`;
    const name = `model-${index}`;
    const failing = index % options.failingEvery === 0;
    deployments.push(deployment(name, namespace, failing));
    replicaSets.push(replicaSet(name, namespace, failing));
    for (let replica = 0; replica < PODS_PER_DEPLOYMENT; replica += 1) {
      const podName = `${name}-7d9f8c6b5-${replica.toString(36)}${index.toString(36).padStart(4, 'x')}`;
      pods.push(pod(podName, name, namespace, failing, index * PODS_PER_DEPLOYMENT + replica));
      if (failing) events.push(pullEvent(podName, name, namespace));
    }
  }
  const write = (file: string, kind: string, apiVersion: string, items: readonly unknown[]): number => {
    const target = path.join(directory, file);
    mkdirSync(path.dirname(target), { recursive: true });
    const text = JSON.stringify({ kind: `${kind}List`, apiVersion, metadata: { resourceVersion: '1' }, items });
    writeFileSync(target, text);
    return Buffer.byteLength(text);
  };
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    path.join(directory, 'capture.json'),
    JSON.stringify({
      format: 'kubernetes-api-mirror',
      version: 1,
      takenAt: TAKEN,
      scope: { namespaces: Array.from({ length: NAMESPACES }, (_, index) => `team-${index}`), clusterScoped: true },
      logs: { tailLines: 2000 },
    }),
  );
  let bytes = 0;
  bytes += write('api/v1/pods.json', 'Pod', 'v1', pods);
  bytes += write('api/v1/events.json', 'Event', 'v1', events);
  // The pull secret that every Pod names was never made: one cause a namespace.
  bytes += write('api/v1/secrets.json', 'Secret', 'v1', []);
  bytes += write('apis/apps/v1/deployments.json', 'Deployment', 'apps/v1', deployments);
  bytes += write('apis/apps/v1/replicasets.json', 'ReplicaSet', 'apps/v1', replicaSets);
  return { bytes };
}

function metadata(kind: string, name: string, namespace: string, extra: object = {}): object {
  return {
    name,
    namespace,
    uid: `${kind}-${namespace}-${name}`.toLowerCase(),
    resourceVersion: '12345',
    creationTimestamp: CREATED,
    labels: { 'app.kubernetes.io/name': 'model', 'app.kubernetes.io/instance': name.slice(0, 12) },
    ...extra,
    managedFields: [
      {
        manager: 'kube-controller-manager',
        operation: 'Update',
        apiVersion: 'v1',
        time: CREATED,
        fieldsType: 'FieldsV1',
        fieldsV1: managed(),
      },
      {
        manager: 'kubelet',
        operation: 'Update',
        apiVersion: 'v1',
        time: CREATED,
        fieldsType: 'FieldsV1',
        fieldsV1: managed(),
        subresource: 'status',
      },
    ],
  };
}

/** About as long as the real one of a pod with one container. */
function managed(): object {
  const leaf = Object.fromEntries(
    [
      'name',
      'image',
      'ports',
      'env',
      'resources',
      'livenessProbe',
      'readinessProbe',
      'terminationMessagePath',
      'terminationMessagePolicy',
    ].map((field) => [`f:${field}`, { '.': {}, 'f:value': {}, 'f:periodSeconds': {}, 'f:failureThreshold': {} }]),
  );
  return {
    'f:metadata': { 'f:labels': { '.': {}, 'f:app.kubernetes.io/name': {} } },
    'f:spec': {
      'f:containers': { 'k:{"name":"server"}': leaf },
      'f:dnsPolicy': {},
      'f:restartPolicy': {},
      'f:schedulerName': {},
    },
  };
}

function owner(kind: string, name: string, namespace: string): object {
  return {
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind,
        name,
        uid: `${kind}-${namespace}-${name}`.toLowerCase(),
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

function deployment(name: string, namespace: string, failing: boolean): object {
  const ready = failing ? {} : { readyReplicas: PODS_PER_DEPLOYMENT, availableReplicas: PODS_PER_DEPLOYMENT };
  return {
    metadata: metadata('Deployment', name, namespace),
    spec: {
      replicas: PODS_PER_DEPLOYMENT,
      selector: { matchLabels: { instance: name } },
      template: { metadata: { labels: { instance: name } }, spec: podSpec(name) },
    },
    status: {
      observedGeneration: 1,
      replicas: PODS_PER_DEPLOYMENT,
      updatedReplicas: PODS_PER_DEPLOYMENT,
      ...ready,
      conditions: [
        {
          type: 'Available',
          status: failing ? 'False' : 'True',
          reason: failing ? 'MinimumReplicasUnavailable' : 'MinimumReplicasAvailable',
          lastTransitionTime: CREATED,
        },
      ],
    },
  };
}

function replicaSet(name: string, namespace: string, failing: boolean): object {
  return {
    metadata: metadata('ReplicaSet', `${name}-7d9f8c6b5`, namespace, owner('Deployment', name, namespace)),
    spec: { replicas: PODS_PER_DEPLOYMENT },
    status: {
      replicas: PODS_PER_DEPLOYMENT,
      ...(failing ? {} : { readyReplicas: PODS_PER_DEPLOYMENT, availableReplicas: PODS_PER_DEPLOYMENT }),
    },
  };
}

function podSpec(name: string): object {
  return {
    containers: [
      {
        name: 'server',
        image: `registry.example.com/ml/${name}:1.0`,
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env: Array.from({ length: 12 }, (_, index) => ({
          name: `SETTING_${index}`,
          value: `value of setting number ${index}`,
        })),
        resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '2Gi' } },
        livenessProbe: {
          httpGet: { path: '/healthz', port: 'http' },
          periodSeconds: 10,
          timeoutSeconds: 1,
          failureThreshold: 3,
        },
        readinessProbe: {
          httpGet: { path: '/readyz', port: 'http' },
          periodSeconds: 5,
          timeoutSeconds: 1,
          failureThreshold: 3,
        },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    imagePullSecrets: [{ name: 'registry-login' }],
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    schedulerName: 'default-scheduler',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
  };
}

function pod(podName: string, name: string, namespace: string, failing: boolean, index: number): object {
  const status = failing
    ? {
        name: 'server',
        ready: false,
        started: false,
        restartCount: 0,
        image: `registry.example.com/ml/${name}:1.0`,
        imageID: '',
        state: { waiting: { reason: 'ImagePullBackOff', message: pullMessage(name) } },
        lastState: {},
      }
    : {
        name: 'server',
        ready: true,
        started: true,
        restartCount: index % 7 === 0 ? 2 : 0,
        image: `registry.example.com/ml/${name}:1.0`,
        imageID: `sha256:${'0'.repeat(64)}`,
        state: { running: { startedAt: CREATED } },
        lastState:
          index % 7 === 0
            ? { terminated: { exitCode: 1, reason: 'Error', startedAt: CREATED, finishedAt: CREATED } }
            : {},
      };
  return {
    metadata: metadata('Pod', podName, namespace, owner('ReplicaSet', `${name}-7d9f8c6b5`, namespace)),
    spec: { ...podSpec(name), nodeName: `node-${index % 200}` },
    status: {
      phase: failing ? 'Pending' : 'Running',
      podIP: `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`,
      startTime: CREATED,
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: failing && type.endsWith('Ready') ? 'False' : 'True',
        lastProbeTime: null,
        lastTransitionTime: CREATED,
      })),
      containerStatuses: [status],
    },
  };
}

function pullMessage(name: string): string {
  const image = `registry.example.com/ml/${name}:1.0`;
  return `Back-off pulling image "${image}": ErrImagePull: failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://registry.example.com/token: 401 Unauthorized`;
}

function pullEvent(podName: string, name: string, namespace: string): object {
  return {
    metadata: { name: `${podName}.1`, namespace, uid: `event-${podName}`, creationTimestamp: TAKEN },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'Pod',
      name: podName,
      namespace,
      uid: `pod-${namespace}-${podName}`.toLowerCase(),
      fieldPath: 'spec.containers{server}',
    },
    type: 'Warning',
    reason: 'Failed',
    message: `Failed to pull image "registry.example.com/ml/${name}:1.0": ${pullMessage(name).split('ErrImagePull: ')[1] ?? ''}`,
    count: 5,
    firstTimestamp: TAKEN,
    lastTimestamp: TAKEN,
  };
}
