/**
 * What the Azure ML extension needs of a Prometheus operator that is not its own (`installPromOp=false`): an operator that watches its namespace, a
 * Service of the kubelets, and a ServiceMonitor for it. Source: Azure/AML-Kubernetes and azure-ai-docs how-to-troubleshoot-kubernetes-extension.md.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { listAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';
import { matchesSelector } from '../parse/selector.ts';
import { preflightIntent } from '../preflight-intent.ts';
import { prometheusOperators, type InstalledProgram, type InstalledPrograms } from './installed-programs.ts';

export interface WatchingOperator {
  readonly program: InstalledProgram;
  /** The flag that keeps it away from the namespace, as written; absent where it watches it. */
  readonly keptOutBy?: string;
  readonly cite: Citation;
}

export interface MonitorFault {
  readonly text: string;
  readonly pointer: string;
}

export interface PrometheusIntegration {
  readonly operators: InstalledPrograms;
  readonly watching: readonly WatchingOperator[];
  readonly kubeletServices: readonly KubeObject[];
  readonly servicesRead: Lookup<true>;
  readonly monitor: Lookup<KubeObject>;
  readonly monitorFaults: readonly MonitorFault[];
}

export const MONITOR: ResourceRef = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  namespace: EXTENSION_NAMESPACE,
  name: 'prom-kubelet',
};

export const prometheusIntegration = defineView<PrometheusIntegration>({
  id: 'prometheus-integration',
  needs: ['Service', 'ServiceMonitor', 'Prometheus'].map((kind) => ({ type: 'object', kind }) as const),
  uses: [preflightIntent, prometheusOperators],
  derive(context, subject) {
    const operators = context.use(prometheusOperators, subject);
    const release = context.use(preflightIntent, subject)?.extensionName;
    const services = context.list('Service');
    const monitor = context.object(MONITOR);
    const servers = context.list('Prometheus', { namespace: EXTENSION_NAMESPACE }).items;
    return {
      operators,
      watching: operators.all.map(watchOf),
      kubeletServices: byName(services.items).filter(
        ({ body }) => textMapAt(body, 'metadata', 'labels')['k8s-app'] === 'kubelet',
      ),
      servicesRead: services.complete,
      monitor,
      monitorFaults: monitor.state === 'present' ? faultsOf(monitor.value, release, servers) : [],
    };
  },
});

function watchOf(program: InstalledProgram): WatchingOperator {
  const { workload } = program;
  const words = listAt(workload.body, 'spec', 'template', 'spec', 'containers').flatMap((container) =>
    [...listAt(container, 'command'), ...listAt(container, 'args')].filter((word) => typeof word === 'string'),
  );
  const keptOutBy = keptOut(words);
  return {
    program,
    ...(keptOutBy === undefined ? {} : { keptOutBy }),
    cite: workload.cite(`arguments of ${workload.ref.kind} ${workload.ref.name}`, '/spec/template/spec/containers'),
  };
}

/** prometheus-operator Documentation/operator.md: the flag of one kind takes precedence; without any flag all namespaces are watched. */
function keptOut(words: readonly string[]): string | undefined {
  const instances = flagOf(words, 'prometheus-instance-namespaces');
  if (instances !== undefined && !namespaces(instances).includes(EXTENSION_NAMESPACE))
    return `--prometheus-instance-namespaces=${instances}`;
  const allowed = flagOf(words, 'namespaces');
  if (allowed !== undefined && namespaces(allowed).length > 0 && !namespaces(allowed).includes(EXTENSION_NAMESPACE))
    return `--namespaces=${allowed}`;
  const denied = flagOf(words, 'deny-namespaces');
  return denied !== undefined && namespaces(denied).includes(EXTENSION_NAMESPACE)
    ? `--deny-namespaces=${denied}`
    : undefined;
}

function flagOf(words: readonly string[], name: string): string | undefined {
  for (const [index, word] of words.entries()) {
    const bare = word.replace(/^--?/, '');
    if (bare === word) continue;
    if (bare === name) return words[index + 1];
    if (bare.startsWith(`${name}=`)) return bare.slice(name.length + 1);
  }
  return undefined;
}

function namespaces(value: string): readonly string[] {
  return value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function faultsOf(
  { body }: KubeObject,
  release: string | undefined,
  servers: readonly KubeObject[],
): readonly MonitorFault[] {
  const labels = textMapAt(body, 'metadata', 'labels');
  const endpoints = listAt(body, 'spec', 'endpoints');
  const faults: MonitorFault[] = [];
  const unlabelled = releaseLabelFault(labels, release);
  if (unlabelled !== undefined) faults.push({ text: unlabelled, pointer: '/metadata' });
  const selector = servers.map((server) => objectAt(server.body, 'spec', 'serviceMonitorSelector'));
  if (servers.length > 0 && !selector.some((wanted) => matchesSelector(wanted, labels)))
    faults.push({ text: `no Prometheus of namespace ${EXTENSION_NAMESPACE} selects its labels`, pointer: '/metadata' });
  if (!endpoints.some(isContainerMetrics))
    faults.push({
      text: 'no endpoint of it reads /metrics/cadvisor at port https-metrics',
      pointer: '/spec/endpoints',
    });
  if (!matchesSelector(objectAt(body, 'spec', 'selector'), { 'k8s-app': 'kubelet' }))
    faults.push({ text: 'its selector does not take Services with label k8s-app=kubelet', pointer: '/spec/selector' });
  return faults;
}

/** The extension's Prometheus takes monitors with its own name in label `release`; any name where that is not known. */
export function releaseLabelFault(
  labels: Readonly<Record<string, string>>,
  release: string | undefined,
): string | undefined {
  const labelled = labels['release'];
  if (labelled !== undefined && (release === undefined || labelled === release)) return undefined;
  return `its label release is ${labelled ?? 'missing'}, ${release ?? 'the name of the extension'} is right`;
}

function isContainerMetrics(endpoint: unknown): boolean {
  return textAt(endpoint, 'port') === 'https-metrics' && textAt(endpoint, 'path') === '/metrics/cadvisor';
}
