/**
 * From a route to the pods: the Service that it names, who stands behind it, and Knative's activator where that is in the path. Three-valued: a Service
 * whose endpoints were not read has unknown ones.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { booleanAt, listAt, textAt, textMapAt } from '../../model/json.ts';
import type { KubeObject, ViewContext } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';

export interface Address {
  readonly ip: string;
  readonly pod?: { readonly namespace: string; readonly name: string };
}

export interface Behind {
  /** Ready addresses. */
  readonly addresses: readonly Address[];
  /** Whether not even an empty EndpointSlice exists; absent where that is not known. */
  readonly none?: boolean;
}

/** Ready endpoints of a Service, of its EndpointSlices or of its Endpoints. */
export function behind(context: ViewContext, service: ResourceRef): Lookup<Behind> {
  const scope = service.namespace === undefined ? {} : { namespace: service.namespace };
  const listing = context.list('EndpointSlice', scope);
  const slices = listing.items.filter(
    (slice) => textMapAt(slice.body, 'metadata', 'labels')['kubernetes.io/service-name'] === service.name,
  );
  const [first] = slices;
  if (first !== undefined)
    return {
      state: 'present',
      value: { addresses: slices.flatMap(readyOf), none: false },
      cite: first.cite('its endpoints'),
    };
  const { complete } = listing;
  if (complete.state === 'present')
    return { state: 'present', value: { addresses: [], none: true }, cite: complete.cite };
  const endpoints = context.object({ apiVersion: 'v1', kind: 'Endpoints', ...scope, name: service.name });
  if (endpoints.state === 'present') {
    const addresses = listAt(endpoints.value.body, 'subsets').flatMap((subset) =>
      listAt(subset, 'addresses').map((entry): Address => addressOf(textAt(entry, 'ip') ?? '', entry)),
    );
    return {
      state: 'present',
      value: { addresses },
      cite: endpoints.value.cite('its endpoints', '/subsets'),
    };
  }
  return complete.state === 'unknown'
    ? complete
    : { state: 'present', value: { addresses: [], none: true }, cite: complete.cite };
}

function readyOf(slice: KubeObject): readonly Address[] {
  return listAt(slice.body, 'endpoints').flatMap((endpoint) => {
    const [ip] = listAt(endpoint, 'addresses');
    // Absent means ready (discovery.k8s.io/v1 EndpointConditions).
    if (typeof ip !== 'string' || booleanAt(endpoint, 'conditions', 'ready') === false) return [];
    return [addressOf(ip, endpoint)];
  });
}

function addressOf(ip: string, entry: unknown): Address {
  const name = textAt(entry, 'targetRef', 'name');
  const namespace = textAt(entry, 'targetRef', 'namespace');
  return { ip, ...(name === undefined || namespace === undefined ? {} : { pod: { name, namespace } }) };
}

/** Who stands behind the public Service of a revision (knative serving pkg/reconciler/serverlessservice). */
export interface RevisionBackend {
  /** `Proxy`: the activator is in the path; `Serve`: the pods are called directly. */
  readonly mode: 'Proxy' | 'Serve';
  readonly sks: KubeObject;
  readonly behind: Lookup<Behind>;
  readonly citations: readonly Citation[];
}

export function revisionBackend(context: ViewContext, service: ResourceRef): Lookup<RevisionBackend> {
  const found = context.object({
    apiVersion: 'networking.internal.knative.dev/v1alpha1',
    kind: 'ServerlessService',
    name: service.name,
    ...(service.namespace === undefined ? {} : { namespace: service.namespace }),
  });
  if (found.state !== 'present') return found;
  const sks = found.value;
  const endpoints = behind(context, service);
  const written = textAt(sks.body, 'spec', 'mode') === 'Proxy' ? 'Proxy' : 'Serve';
  const addresses = endpoints.state === 'present' ? endpoints.value.addresses : [];
  // The controller puts the activator in the path also where no pod is ready yet, whatever the mode says.
  const activators = addresses.filter((address) => address.pod?.name.startsWith('activator-') === true).length;
  const mode = addresses.length === 0 ? written : activators > 0 ? 'Proxy' : 'Serve';
  return {
    state: 'present',
    cite: found.cite,
    value: {
      mode,
      sks,
      behind: endpoints,
      citations: [
        sks.cite(`mode ${written}`, '/spec/mode'),
        ...(endpoints.state === 'present' ? [endpoints.cite] : []),
      ],
    },
  };
}

/** The pods of a Knative revision; the gap where they were not all seen and none was found. */
export function podsOfRevision(
  context: ViewContext,
  namespace: string,
  revision: string,
): { readonly pods: readonly KubeObject[]; readonly gap?: EvidenceGap } {
  const listing = context.list('Pod', { namespace });
  const pods = listing.items.filter(
    (pod) =>
      textMapAt(pod.body, 'metadata', 'labels')['serving.knative.dev/revision'] === revision &&
      textAt(pod.body, 'metadata', 'deletionTimestamp') === undefined,
  );
  if (pods.length > 0) return { pods };
  const { complete } = listing;
  return complete.state === 'unknown' ? { pods, gap: complete.gap } : { pods };
}
