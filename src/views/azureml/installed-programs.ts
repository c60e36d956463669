/**
 * Programs that the Azure ML extension brings along and that others bring, too: which of them run in the cluster, in which version, and whose they are.
 * Known by image, label or name, wherever they stand; what was not read is unknown. It judges nothing.
 */
import type { Lookup } from '../../model/evidence.ts';
import { listAt, numberAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject, type View } from '../../model/reader.ts';
import { helmOwner } from '../helm-owner.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { byName } from '../parse/by-name.ts';
import { versionOfTag } from '../parse/platform-components.ts';
import { preflightIntent } from '../preflight-intent.ts';

export interface InstalledProgram {
  readonly workload: KubeObject;
  readonly image?: string;
  readonly version?: string;
}

export interface InstalledPrograms {
  /** Parts of the extension itself. */
  readonly own: readonly InstalledProgram[];
  readonly foreign: readonly InstalledProgram[];
  readonly all: readonly InstalledProgram[];
  /** Unknown where one of the lists was not read whole: then nothing is known not to be there. */
  readonly complete: Lookup<true>;
}

interface ProgramInfo {
  readonly id: string;
  readonly kind: 'Deployment' | 'DaemonSet';
  /** Of the image without registry's tag and digest. */
  readonly image: RegExp;
  /** Values of `app.kubernetes.io/name` and `app`. */
  readonly labels: readonly string[];
  readonly names: readonly string[];
}

// prometheus-operator example/rbac (image, label), kube-prometheus-stack templates/prometheus-operator/deployment.yaml (label `app`),
// rancher mirrors the image as `rancher/mirrored-prometheus-operator-prometheus-operator`, OpenShift pulls by digest and labels.
export const prometheusOperators = programs({
  id: 'prometheus-operator',
  kind: 'Deployment',
  image: /(?:^|[/-])prometheus-operator$/,
  labels: ['prometheus-operator', 'kube-prometheus-stack-operator', 'prometheus-operator-operator'],
  names: ['prometheus-operator', 'kube-prometheus-stack-operator', 'prometheus-kube-prometheus-operator'],
});

// volcano installer/helm/chart/volcano/templates: images vc-scheduler, vc-controller-manager, vc-webhook-manager; label `app`.
export const volcanoPrograms = programs({
  id: 'volcano',
  kind: 'Deployment',
  image: /(?:^|\/)vc-(?:scheduler|controller-manager|webhook-manager)$/,
  labels: [],
  names: ['volcano-scheduler', 'volcano-controllers', 'volcano-controller-manager', 'volcano-admission'],
});

// NVIDIA/dcgm-exporter deployment/templates/daemonset.yaml; gpu-operator assets/state-dcgm-exporter.
export const dcgmExporters = programs({
  id: 'dcgm-exporter',
  kind: 'DaemonSet',
  image: /(?:^|\/)dcgm-exporter$/,
  labels: ['dcgm-exporter', 'nvidia-dcgm-exporter'],
  names: ['dcgm-exporter', 'nvidia-dcgm-exporter'],
});

// NVIDIA/k8s-device-plugin, its mirror of AKS (mcr.microsoft.com/oss/nvidia/k8s-device-plugin), GKE's own nvidia-gpu-device-plugin.
export const gpuPlugins = programs({
  id: 'nvidia-device-plugin',
  kind: 'DaemonSet',
  image: /(?:^|\/)(?:nvidia\/(?:[\w.-]+\/)*k8s-device-plugin|nvidia-(?:gpu-)?device-plugin)$/,
  labels: ['nvidia-device-plugin', 'nvidia-device-plugin-daemonset'],
  names: ['nvidia-device-plugin-daemonset', 'nvidia-device-plugin', 'nvidia-gpu-device-plugin'],
});

function programs(info: ProgramInfo): View<InstalledPrograms> {
  return defineView({
    id: `installed-${info.id}`,
    needs: [{ type: 'object', kind: info.kind }],
    uses: [preflightIntent],
    derive(context, subject) {
      const release = context.use(preflightIntent, subject)?.extensionName;
      const listing = context.list(info.kind);
      const all = byName(listing.items)
        .filter((workload) => isThat(workload, info) && isWanted(workload))
        .map((workload) => ({ workload, ...describe(workload) }));
      return {
        own: all.filter(({ workload }) => isOwn(workload, release)),
        foreign: all.filter(({ workload }) => !isOwn(workload, release)),
        all,
        complete: listing.complete,
      };
    },
  });
}

function isThat(workload: KubeObject, info: ProgramInfo): boolean {
  const labels = textMapAt(workload.body, 'metadata', 'labels');
  const names = [labels['app.kubernetes.io/name'] ?? '', labels['app'] ?? ''];
  return (
    info.names.includes(workload.ref.name) ||
    names.some((name) => info.labels.includes(name)) ||
    imagesOf(workload).some((image) => info.image.test(repositoryOf(image)))
  );
}

/** Scaled to 0 it does nothing. A DaemonSet without a node for it is there all the same: the next GPU node gets a pod. */
function isWanted(workload: KubeObject): boolean {
  return workload.ref.kind === 'DaemonSet' || numberAt(workload.body, 'spec', 'replicas') !== 0;
}

/** Whatever stands in the namespace of the extension is its own, unless another release says that it is not. */
function isOwn(workload: KubeObject, release: string | undefined): boolean {
  if (workload.ref.namespace !== EXTENSION_NAMESPACE) return false;
  const owner = helmOwner(workload);
  return owner === undefined || release === undefined || owner.release === release;
}

function describe(workload: KubeObject): Pick<InstalledProgram, 'image' | 'version'> {
  const [image] = imagesOf(workload);
  const label = textMapAt(workload.body, 'metadata', 'labels')['app.kubernetes.io/version']?.replace(/^v/, '');
  const version = (image === undefined ? undefined : versionOfTag(image)) ?? label;
  return { ...(image === undefined ? {} : { image }), ...(version === undefined ? {} : { version }) };
}

function imagesOf(workload: KubeObject): readonly string[] {
  return listAt(workload.body, 'spec', 'template', 'spec', 'containers').flatMap(
    (container) => textAt(container, 'image') ?? [],
  );
}

/** `quay.io/x/y` of `quay.io/x/y:v1@sha256:…`. */
function repositoryOf(image: string): string {
  const bare = image.slice(0, 512).split('@')[0] ?? '';
  const colon = bare.lastIndexOf(':');
  return colon > bare.lastIndexOf('/') ? bare.slice(0, colon) : bare;
}

/** `Deployment monitoring/prometheus-operator`. */
export function programText({ workload }: InstalledProgram): string {
  return `${workload.ref.kind} ${workload.ref.namespace ?? ''}/${workload.ref.name}`;
}

/** ` 0.71.2`, or nothing where it is not known. */
export function installedVersionText({ version }: InstalledProgram): string {
  return version === undefined ? '' : ` ${version}`;
}
