/** Where a Service can be reached from outside the cluster, and by which pod from anywhere: what sending a real request starts from. */
import { listAt, numberAt, textAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import { serviceEndpoints } from '../service-endpoints.ts';
import type { EntryPoint } from './path-types.ts';

const MOST_ADDRESSES = 4;

/** Addresses of load balancers and nodes, and a Ready pod behind it. */
export function entryPoint(context: ViewContext, service: KubeObject): EntryPoint {
  const ports = listAt(service.body, 'spec', 'ports');
  const http =
    ports.find((port) => numberAt(port, 'port') === 80) ??
    ports.find((port) => textAt(port, 'name')?.startsWith('http') === true) ??
    ports[0];
  const port = numberAt(http, 'port') ?? 80;
  const balanced = listAt(service.body, 'status', 'loadBalancer', 'ingress').flatMap((ingress) => {
    const host = textAt(ingress, 'ip') ?? textAt(ingress, 'hostname');
    return host === undefined ? [] : [{ host, port, kind: 'load-balancer' as const }];
  });
  const external = listAt(service.body, 'spec', 'externalIPs').flatMap((ip) =>
    typeof ip === 'string' ? [{ host: ip, port, kind: 'load-balancer' as const }] : [],
  );
  const nodePort = numberAt(http, 'nodePort');
  const nodes = nodePort === undefined ? [] : nodeAddresses(context, nodePort);
  const pods = context.use(serviceEndpoints, service.ref);
  const ready = pods.state === 'present' ? pods.value.selected.find((selected) => selected.ready) : undefined;
  const target = numberAt(http, 'targetPort') ?? port;
  return {
    service: { namespace: service.ref.namespace ?? 'default', name: service.ref.name, port },
    scheme: port === 443 || port === 8443 ? 'https' : 'http',
    addresses: [...balanced, ...external, ...nodes].slice(0, MOST_ADDRESSES),
    ...(ready === undefined
      ? {}
      : { pod: { namespace: ready.pod.ref.namespace ?? 'default', name: ready.pod.ref.name, port: target } }),
  };
}

function nodeAddresses(context: ViewContext, port: number): EntryPoint['addresses'] {
  return context.list('Node').items.flatMap((node) => {
    const addresses = listAt(node.body, 'status', 'addresses');
    const external = addresses.find((entry) => textAt(entry, 'type') === 'ExternalIP');
    const inner = addresses.find((entry) => textAt(entry, 'type') === 'InternalIP');
    const host = textAt(external ?? inner, 'address');
    return host === undefined ? [] : [{ host, port, kind: 'node-port' as const }];
  });
}
