/**
 * The Services that an Ingress sends requests to, and whether each exists with the port that is asked for. Reads specs only: whether the
 * Service has endpoints is `service-endpoints.ts`' part.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { listAt, numberAt, objectAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nearestNames } from './parse/nearest-name.ts';

export interface IngressBackend {
  readonly service: ResourceRef;
  /** `acme.example/v1`; empty for the default backend. */
  readonly route: string;
  readonly port: number | string;
  readonly cite: Citation;
  readonly found:
    | { readonly state: 'ok' }
    | { readonly state: 'no-service'; readonly cite: Citation; readonly near: readonly string[] }
    | { readonly state: 'no-port'; readonly cite: Citation; readonly ports: readonly string[] }
    | { readonly state: 'unknown'; readonly gap: EvidenceGap };
  /** JSON pointer to the backend's service. */
  readonly pointer: string;
}

export interface IngressBackends {
  readonly ingress: KubeObject;
  readonly backends: readonly IngressBackend[];
}

export const ingressBackends = defineView<Lookup<IngressBackends>>({
  id: 'ingress-backends',
  needs: [
    { type: 'object', kind: 'Ingress' },
    { type: 'object', kind: 'Service' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const ingress = found.value;
    const backends: IngressBackend[] = [];
    const add = (backend: unknown, pointer: string, route: string): void => {
      const service = objectAt(backend, 'service');
      if (service !== undefined) backends.push(backendOf(context, ingress, service, `${pointer}/service`, route));
    };
    add(objectAt(ingress.body, 'spec', 'defaultBackend'), '/spec/defaultBackend', '');
    for (const [rule, entry] of listAt(ingress.body, 'spec', 'rules').entries()) {
      for (const [path, route] of listAt(entry, 'http', 'paths').entries()) {
        const words = `${textAt(entry, 'host') ?? '*'}${textAt(route, 'path') ?? '/'}`;
        add(objectAt(route, 'backend'), `/spec/rules/${rule}/http/paths/${path}/backend`, words);
      }
    }
    return { state: 'present', cite: found.cite, value: { ingress, backends } };
  },
});

function backendOf(
  context: ViewContext,
  ingress: KubeObject,
  spec: unknown,
  pointer: string,
  route: string,
): IngressBackend {
  const inNamespace = ingress.ref.namespace === undefined ? {} : { namespace: ingress.ref.namespace };
  const service: ResourceRef = { apiVersion: 'v1', kind: 'Service', ...inNamespace, name: textAt(spec, 'name') ?? '' };
  const port = numberAt(spec, 'port', 'number') ?? textAt(spec, 'port', 'name') ?? '';
  const common = { service, route, port, pointer, cite: ingress.cite(`backend ${service.name}:${port}`, pointer) };
  const looked = context.object(service);
  if (looked.state === 'unknown') return { ...common, found: { state: 'unknown', gap: looked.gap } };
  if (looked.state === 'absent') {
    const names = context.list('Service', { group: '', ...inNamespace }).items.map((other) => other.ref.name);
    return { ...common, found: { state: 'no-service', cite: looked.cite, near: nearestNames(service.name, names) } };
  }
  const { body } = looked.value;
  const ports = listAt(body, 'spec', 'ports');
  const has = ports.some((entry) =>
    typeof port === 'number' ? numberAt(entry, 'port') === port : textAt(entry, 'name') === port,
  );
  if (has || port === '' || textAt(body, 'spec', 'type') === 'ExternalName')
    return { ...common, found: { state: 'ok' } };
  const offered = ports.map((entry) => {
    const name = textAt(entry, 'name');
    return `${numberAt(entry, 'port') ?? '?'}${name === undefined ? '' : ` (${name})`}`;
  });
  return {
    ...common,
    found: {
      state: 'no-port',
      cite: looked.value.cite(`ports of Service ${service.name}`, '/spec/ports'),
      ports: offered,
    },
  };
}
