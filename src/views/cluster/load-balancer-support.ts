/**
 * Who in the cluster gives Services of type LoadBalancer their address: seen at Services that have one or wait for one, at the cloud of the nodes, and
 * at the programs that do it (MetalLB, ServiceLB of k3s, kube-vip, Cilium, OpenELB …). It weighs nothing; what was not collected is a gap.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { booleanAt, listAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type EventRecord, type KubeObject, type ViewContext } from '../../model/reader.ts';
import { nodePlatform, type PlatformNode } from './node-platform.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { secondsBetween } from '../parse/time.ts';
import { countsOf } from '../workload-state.ts';

export interface WaitingService {
  readonly service: KubeObject;
  readonly seconds: number;
  /** The newest event that says why. */
  readonly event?: EventRecord;
}

export interface AddressGiver {
  /** `the cloud controller of azure`, `MetalLB`. */
  readonly title: string;
  readonly cite: Citation;
}

export interface LoadBalancerSupport {
  /** Services without a class of their own that have an address. */
  readonly served: readonly KubeObject[];
  /** Without an address; longest wait first. */
  readonly waiting: readonly WaitingService[];
  readonly givers: readonly AddressGiver[];
  /** Programs that are there and cannot do it now: `MetalLB has no address pool`. */
  readonly unable: readonly { readonly text: string; readonly cite: Citation }[];
  /** Present where everything that could show a giver was read: only then there is none but those above. */
  readonly complete: Lookup<true>;
}

/** Clouds whose controller makes load balancers. Not among them: vsphere (needs NSX), kind, metal3, nutanix, equinixmetal. */
const CLOUDS: Readonly<Record<string, string>> = {
  azure: 'Azure',
  aws: 'AWS',
  gce: 'Google Cloud',
  openstack: 'OpenStack',
  digitalocean: 'DigitalOcean',
  hcloud: 'Hetzner Cloud',
  linode: 'Linode',
  ibm: 'IBM Cloud',
  ibmvpc: 'IBM Cloud',
  ibmpowervs: 'IBM Cloud',
  oci: 'Oracle Cloud',
  alicloud: 'Alibaba Cloud',
  qcloud: 'Tencent Cloud',
  huaweicloud: 'Huawei Cloud',
  scaleway: 'Scaleway',
  vultr: 'Vultr',
  exoscale: 'Exoscale',
  civo: 'Civo',
  upcloud: 'UpCloud',
  ionos: 'IONOS',
  kubevirt: 'KubeVirt',
  harvester: 'Harvester',
  cloudstack: 'CloudStack',
  yandex: 'Yandex Cloud',
};

interface Program {
  readonly title: string;
  readonly names: RegExp;
  /** Kinds that hold its addresses, where it gives none without one. */
  readonly pools?: readonly { readonly kind: string; readonly group: string }[];
  /** Names of a ConfigMap in its namespace that old versions read instead. */
  readonly maps?: RegExp;
}

// Names as in the manifests and charts of the projects.
const PROGRAMS: readonly Program[] = [
  {
    title: 'MetalLB',
    names: /^(?:.*metallb.*controller|metallb-controller)$/,
    pools: [
      { kind: 'IPAddressPool', group: 'metallb.io' },
      { kind: 'AddressPool', group: 'metallb.io' },
    ],
    maps: /^(?:config|metallb|metallb-config)$/,
  },
  { title: 'kube-vip', names: /^kube-vip-cloud-provider/ },
  { title: 'OpenELB', names: /^(?:openelb|porter)-(?:manager|controller)$/ },
  { title: 'PureLB', names: /^(?:purelb-)?allocator$/ },
  { title: 'the NSX operator', names: /^(?:nsx-ncp|nsx-operator)$/ },
  { title: 'Avi Kubernetes Operator', names: /^ako$/ },
  { title: 'LoxiLB', names: /^kube-loxilb$/ },
  { title: 'the cloud controller of Harvester', names: /^harvester-cloud-provider$/ },
  {
    title: 'a cloud controller',
    names: /^(?!.*(?:vsphere|nutanix|metal))(?:[a-z0-9]+-)*(?:cloud-controller-manager|ccm)$/,
  },
];

const KINDS = ['Deployment', 'DaemonSet', 'StatefulSet'] as const;

/** Events of the service controller (cloud-provider `controllers/service/controller.go`) and of the programs above. */
const FAILURES =
  /^(?:SyncLoadBalancerFailed|CreatingLoadBalancerFailed|UnAvailableLoadBalancer|AllocationFailed|NoAvailableIPs?|ipamError|LoadBalancerFailed|FailedDeployModel|FailedBuildModel)$/i;

export const loadBalancerSupport = defineView<LoadBalancerSupport>({
  id: 'load-balancer-support',
  needs: [
    { type: 'object', kind: 'Service' },
    ...KINDS.map((kind) => ({ type: 'object', kind }) as const),
    { type: 'object', kind: 'ConfigMap' },
    { type: 'object', kind: 'IPAddressPool.metallb.io' },
    { type: 'object', kind: 'AddressPool.metallb.io' },
    { type: 'object', kind: 'CiliumLoadBalancerIPPool.cilium.io' },
    { type: 'event' },
  ],
  uses: [nodePlatform],
  derive(context, subject) {
    const services = context.list('Service');
    const balanced = services.items.filter(
      ({ ref, body }) =>
        textAt(body, 'spec', 'type') === 'LoadBalancer' &&
        // A class of its own: another program's business, and no word about Services without one. That of the router was given by a webhook
        // (AWS Load Balancer Controller), as it will be again.
        (textAt(body, 'spec', 'loadBalancerClass') === undefined || ref.namespace === EXTENSION_NAMESPACE) &&
        textAt(body, 'metadata', 'deletionTimestamp') === undefined,
    );
    const hasAddress = ({ body }: KubeObject): boolean => listAt(body, 'status', 'loadBalancer', 'ingress').length > 0;
    const platform = context.use(nodePlatform, subject);
    const programs = programsOf(context);
    const givers = [...cloudsOf(platform.nodes), ...serviceLb(context, platform.nodes), ...programs.givers];
    const lists = [services.complete, platform.complete, ...KINDS.map((kind) => context.list(kind).complete)];
    const open = lists.find((list) => list.state === 'unknown');
    const gap = open?.state === 'unknown' ? open.gap : programs.gap;
    return {
      served: balanced.filter(hasAddress),
      waiting: balanced
        .filter((service) => !hasAddress(service))
        .map((service) => waitingOf(context, service))
        .toSorted((one, other) => other.seconds - one.seconds),
      givers,
      unable: programs.unable,
      complete: gap === undefined ? context.list('Deployment').complete : { state: 'unknown', gap },
    };
  },
});

function waitingOf(context: ViewContext, service: KubeObject): WaitingService {
  const seconds = secondsBetween(textAt(service.body, 'metadata', 'creationTimestamp'), context.now) ?? 0;
  const event = context.events(service.ref).findLast(({ reason, type }) => type === 'Warning' && FAILURES.test(reason));
  return { service, seconds, ...(event === undefined ? {} : { event }) };
}

function cloudsOf(nodes: readonly PlatformNode[]): readonly AddressGiver[] {
  const seen = nodes.find(({ scheme, isUninitialized }) => CLOUDS[scheme ?? ''] !== undefined && !isUninitialized);
  return seen === undefined
    ? []
    : [{ title: `the cloud controller of ${CLOUDS[seen.scheme ?? ''] ?? ''}`, cite: seen.cite }];
}

/** k3s has it built in and makes a DaemonSet svclb-… for each Service (k3s `pkg/cloudprovider/servicelb.go`); RKE2 only with a flag of its own. */
function serviceLb(context: ViewContext, nodes: readonly PlatformNode[]): readonly AddressGiver[] {
  const daemon = context.list('DaemonSet').items.find(({ ref }) => ref.name.startsWith('svclb-'));
  if (daemon !== undefined) return [{ title: 'ServiceLB', cite: daemon.cite('a DaemonSet of ServiceLB') }];
  const built = nodes.filter(({ scheme }) => scheme === 'k3s');
  const [first] = built;
  if (first === undefined) return [];
  const isOff = built.some(({ node }) =>
    /(?:servicelb|disable-cloud-controller)/.test(
      textMapAt(node.body, 'metadata', 'annotations')['k3s.io/node-args'] ?? '',
    ),
  );
  return isOff ? [] : [{ title: 'ServiceLB of k3s', cite: first.cite }];
}

interface Programs {
  readonly givers: readonly AddressGiver[];
  readonly unable: LoadBalancerSupport['unable'];
  readonly gap?: EvidenceGap;
}

function programsOf(context: ViewContext): Programs {
  const givers: AddressGiver[] = [];
  const unable: LoadBalancerSupport['unable'][number][] = [];
  let gap: EvidenceGap | undefined;
  for (const workload of KINDS.flatMap((kind) => context.list(kind).items)) {
    const program = PROGRAMS.find((known) => isOf(workload, known));
    if (program === undefined) continue;
    const { title } = program;
    if (!runs(workload)) {
      unable.push({ text: `no pod of ${title} is ready`, cite: workload.cite(`pods of ${title}`, '/status') });
      continue;
    }
    const addresses = poolOf(context, workload, program);
    if (addresses === 'unneeded') givers.push({ title, cite: workload.cite(title) });
    else if (addresses.state === 'present') givers.push({ title, cite: addresses.cite });
    else if (addresses.state === 'absent')
      unable.push({ text: `${title} has no address pool`, cite: workload.cite(title) });
    else gap ??= addresses.gap;
  }
  const pool = context
    .list('CiliumLoadBalancerIPPool', { group: 'cilium.io' })
    .items.find(({ body }) => booleanAt(body, 'spec', 'disabled') !== true);
  if (pool !== undefined) givers.push({ title: 'Cilium', cite: pool.cite('an address pool of Cilium') });
  return { givers, unable, ...(gap === undefined ? {} : { gap }) };
}

function isOf({ ref, body }: KubeObject, { names, title }: Program): boolean {
  if (names.test(ref.name)) return true;
  // MetalLB's own manifest calls its Deployment `controller`.
  const labels = textMapAt(body, 'metadata', 'labels');
  const isMetalLb = labels['app'] === 'metallb' || labels['app.kubernetes.io/name'] === 'metallb';
  const component = labels['component'] ?? labels['app.kubernetes.io/component'];
  return title === 'MetalLB' && isMetalLb && (component === 'controller' || ref.name === 'controller');
}

function runs(workload: KubeObject): boolean {
  return countsOf(workload).ready > 0;
}

type Pool =
  | 'unneeded'
  | { readonly state: 'present'; readonly cite: Citation }
  | { readonly state: 'absent' }
  | { readonly state: 'unknown'; readonly gap: EvidenceGap };

function poolOf(context: ViewContext, workload: KubeObject, program: Program): Pool {
  if (program.pools === undefined) return 'unneeded';
  const lists = program.pools.map(({ kind, group }) => context.list(kind, { group }));
  // A pool that is not handed out by itself serves only Services that name it (metallb.io IPAddressPool spec.autoAssign).
  const pool = lists.flatMap(({ items }) => items).find(({ body }) => booleanAt(body, 'spec', 'autoAssign') !== false);
  if (pool !== undefined) return { state: 'present', cite: pool.cite('an address pool') };
  const namespace = workload.ref.namespace ?? 'default';
  const maps = context.list('ConfigMap', { namespace });
  const map = maps.items.find(
    ({ ref, body }) =>
      program.maps?.test(ref.name) === true && (textMapAt(body, 'data')['config'] ?? '').includes('address-pools'),
  );
  if (map !== undefined) return { state: 'present', cite: map.cite('its address pools', '/data/config') };
  const [current] = lists;
  if (current === undefined || current.complete.state === 'present') return { state: 'absent' };
  return current.complete.state === 'unknown' ? { state: 'unknown', gap: current.complete.gap } : { state: 'absent' };
}
