/**
 * How an exporter of GPU metrics that is not the extension's own is joined to its Prometheus: a Service and a ServiceMonitor with documented labels.
 * Source: azure-ai-docs how-to-troubleshoot-kubernetes-extension.md, section on the DCGM exporter.
 */
import type { Lookup } from '../../model/evidence.ts';
import { listAt, objectAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';
import { matchesSelector } from '../parse/selector.ts';
import { preflightIntent } from '../preflight-intent.ts';
import { releaseLabelFault } from './prometheus-integration.ts';

export interface DcgmIntegration {
  /** Those with the documented labels and a port named metrics. */
  readonly services: readonly KubeObject[];
  readonly servicesRead: Lookup<true>;
  readonly monitor: Lookup<KubeObject>;
  /** What is wrong with the monitor. */
  readonly monitorFaults: readonly string[];
}

export const DCGM_MONITOR: ResourceRef = {
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'ServiceMonitor',
  namespace: EXTENSION_NAMESPACE,
  name: 'dcgm-exporter-monitor',
};

export const dcgmIntegration = defineView<DcgmIntegration>({
  id: 'dcgm-integration',
  needs: ['Service', 'ServiceMonitor'].map((kind) => ({ type: 'object', kind }) as const),
  uses: [preflightIntent],
  derive(context, subject) {
    const release = context.use(preflightIntent, subject)?.extensionName;
    const listing = context.list('Service');
    const services = byName(listing.items).filter((service) => isJoined(service, release));
    const monitor = context.object(DCGM_MONITOR);
    return {
      services,
      servicesRead: listing.complete,
      monitor,
      monitorFaults: monitor.state === 'present' ? faultsOf(monitor.value, release, services) : [],
    };
  },
});

function isJoined({ body }: KubeObject, release: string | undefined): boolean {
  const labels = textMapAt(body, 'metadata', 'labels');
  const instance = labels['app.kubernetes.io/instance'];
  return (
    labels['app.kubernetes.io/name'] === 'dcgm-exporter' &&
    labels['app.kubernetes.io/component'] === 'dcgm-exporter' &&
    (release === undefined ? instance !== undefined : instance === release) &&
    listAt(body, 'spec', 'ports').some((port) => textAt(port, 'name') === 'metrics')
  );
}

function faultsOf(
  { body }: KubeObject,
  release: string | undefined,
  services: readonly KubeObject[],
): readonly string[] {
  const unlabelled = releaseLabelFault(textMapAt(body, 'metadata', 'labels'), release);
  const selector = objectAt(body, 'spec', 'selector');
  return [
    ...(unlabelled === undefined ? [] : [unlabelled]),
    ...(services.some((service) => matchesSelector(selector, textMapAt(service.body, 'metadata', 'labels')))
      ? []
      : ['it selects no Service of the exporter']),
  ];
}
