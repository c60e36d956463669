/** Who gives Services their address: what cases of rules cannot show, since kinds of MetalLB are not in the table of kinds. */
import { expect, it } from 'vitest';
import { createViewContext } from '../../engine/view-context.ts';
import type { ListEvidence } from '../../model/evidence.ts';
import { PREFLIGHT } from '../../model/preflight.ts';
import { createReader } from '../../snapshot/reader.ts';
import { buildSnapshot, type Given } from '../../testing/snapshot-builder.ts';
import { loadBalancerSupport, type LoadBalancerSupport } from './load-balancer-support.ts';

const POOLS: ListEvidence = {
  type: 'list',
  id: 'ev:list:/apis/metallb.io/v1beta1/ipaddresspools',
  subject: { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', name: '' },
  completeness: { kind: 'complete' },
  kind: 'IPAddressPool',
  group: 'metallb.io',
  namespaces: 'all',
};

function supportOf(given: Given, withPools = false): LoadBalancerSupport {
  const snapshot = buildSnapshot(given);
  const evidence = withPools ? [...snapshot.evidence, POOLS] : snapshot.evidence;
  return createViewContext(createReader({ ...snapshot, evidence })).use(loadBalancerSupport, PREFLIGHT);
}

const METALLB = {
  kind: 'Deployment',
  metadata: { name: 'controller', namespace: 'metallb-system', labels: { app: 'metallb', component: 'controller' } },
  status: { readyReplicas: 1 },
};

it('MetalLB whose whole list of pools is empty gives none', () => {
  const support = supportOf({ objects: [METALLB] }, true);
  expect(support.givers).toEqual([]);
  expect(support.unable.map(({ text }) => text)).toEqual(['MetalLB has no address pool']);
  expect(support.complete.state).toBe('present');
});

it('MetalLB whose pools were not read is neither a giver nor ruled out', () => {
  const support = supportOf({ objects: [METALLB], unlisted: ['IPAddressPool', 'AddressPool'] });
  expect(support.givers).toEqual([]);
  expect(support.complete.state).toBe('unknown');
});

it('a pool that is not handed out by itself does not count', () => {
  const pool = {
    apiVersion: 'metallb.io/v1beta1',
    kind: 'IPAddressPool',
    metadata: { name: 'reserved', namespace: 'metallb-system' },
    spec: { autoAssign: false },
  };
  expect(supportOf({ objects: [METALLB, pool] }, true).givers).toEqual([]);
});

it('a Service with a class of its own says nothing of those without', () => {
  const service = {
    kind: 'Service',
    metadata: { name: 'vpn' },
    spec: { type: 'LoadBalancer', loadBalancerClass: 'tailscale' },
    status: { loadBalancer: { ingress: [{ hostname: 'vpn.example' }] } },
  };
  expect(supportOf({ objects: [service] }).served).toEqual([]);
});

it.each([
  [
    'Cilium with a pool',
    { apiVersion: 'cilium.io/v2', kind: 'CiliumLoadBalancerIPPool', metadata: { name: 'a' }, spec: {} },
  ],
  ['kube-vip', { kind: 'Deployment', metadata: { name: 'kube-vip-cloud-provider' }, status: { readyReplicas: 1 } }],
  ['OpenELB', { kind: 'Deployment', metadata: { name: 'openelb-manager' }, status: { readyReplicas: 1 } }],
  [
    'a cloud controller that the cluster runs itself',
    { kind: 'DaemonSet', metadata: { name: 'openstack-cloud-controller-manager' }, status: { numberReady: 1 } },
  ],
  ['ServiceLB', { kind: 'DaemonSet', metadata: { name: 'svclb-traefik-1a2b' } }],
])('%s gives addresses', (_, object) => {
  expect(supportOf({ objects: [object] }).givers).toHaveLength(1);
});

it.each([
  [
    'the controller of vSphere, which makes none',
    { kind: 'DaemonSet', metadata: { name: 'vsphere-cloud-controller-manager' }, status: { numberReady: 1 } },
  ],
  ['a node of kind', { kind: 'Node', metadata: { name: 'k' }, spec: { providerID: 'kind://docker/k/k' } }],
  [
    'a node that still awaits its cloud controller',
    {
      kind: 'Node',
      metadata: { name: 'i' },
      spec: {
        providerID: 'aws:///a/i-1',
        taints: [{ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true', effect: 'NoSchedule' }],
      },
    },
  ],
])('%s gives none', (_, object) => {
  expect(supportOf({ objects: [object] }).givers).toEqual([]);
});
