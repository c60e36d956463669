/**
 * What a Pod asks a node for, counted as the scheduler counts it (component-helpers `resource/helpers.go` PodRequests): containers and
 * sidecars together, or an init container with the sidecars started before it where that is more; plus the overhead of its runtime class.
 * Requests at the level of the pod (Kubernetes 1.34) replace the sum. Arithmetic on one object only.
 */
import { listAt, numberAt, objectAt, textAt } from '../model/json.ts';
import type { KubeObject } from '../model/reader.ts';
import { formatQuantity, parseQuantity } from './parse/quantity.ts';

export interface ResourceRequest {
  readonly resource: string;
  /** Base units: cores, bytes, pieces. */
  readonly total: number;
  /** What each container asks for, in the order of the spec; only those that ask for this resource. */
  readonly parts: readonly { readonly container: string; readonly amount: number; readonly pointer: string }[];
}

export type PodRequests = ReadonlyMap<string, ResourceRequest>;

type Amounts = Map<string, number>;

export function podRequests(pod: KubeObject): PodRequests {
  const { body } = pod;
  const parts = new Map<string, ResourceRequest['parts'][number][]>();
  const main: Amounts = new Map();
  const sidecars: Amounts = new Map();
  const initPeak: Amounts = new Map();
  /** The init container that asks for most, by resource. */
  const peaks = new Map<string, ResourceRequest['parts'][number]>();
  for (const [index, container] of listAt(body, 'spec', 'initContainers').entries()) {
    const own = requestsOf(container);
    if (textAt(container, 'restartPolicy') === 'Always') {
      add(sidecars, own);
      note(parts, own, container, `/spec/initContainers/${index}/resources`);
      raise(initPeak, sidecars);
      continue;
    }
    const withSidecars: Amounts = new Map(sidecars);
    add(withSidecars, own);
    for (const [resource, amount] of withSidecars)
      if (own.has(resource) && amount > (initPeak.get(resource) ?? 0))
        peaks.set(resource, {
          container: textAt(container, 'name') ?? '',
          amount: own.get(resource) ?? 0,
          pointer: `/spec/initContainers/${index}/resources`,
        });
    raise(initPeak, withSidecars);
  }
  for (const [index, container] of listAt(body, 'spec', 'containers').entries()) {
    const own = requestsOf(container);
    add(main, own);
    note(parts, own, container, `/spec/containers/${index}/resources`);
  }
  const totals: Amounts = new Map(main);
  add(totals, sidecars);
  for (const [resource, peak] of peaks) {
    // Where an init container alone needs more than all that run later, it is what decides.
    if ((initPeak.get(resource) ?? 0) > (totals.get(resource) ?? 0)) parts.set(resource, [peak]);
  }
  raise(totals, initPeak);
  for (const [resource, amount] of amountsAt(objectAt(body, 'spec', 'resources', 'requests')))
    totals.set(resource, amount);
  add(totals, amountsAt(objectAt(body, 'spec', 'overhead')));
  return new Map(
    [...totals].map(([resource, total]) => [resource, { resource, total, parts: parts.get(resource) ?? [] }]),
  );
}

/** `1500m (1000m + 500m)`, or only the sum where one container asks for all of it. */
export function requestText(request: ResourceRequest): string {
  const sum = formatQuantity(request.resource, request.total);
  if (request.parts.length < 2) return sum;
  // One unit for the whole sum: `1000m + 500m`, not `1 + 500m`.
  const milli = request.resource === 'cpu' && !Number.isInteger(request.total);
  const parts = request.parts.map((part) =>
    milli ? `${Math.round(part.amount * 1000)}m` : formatQuantity(request.resource, part.amount),
  );
  return `${sum} (${parts.join(' + ')})`;
}

/** Requests default to the limits where only a limit is given (api `core/v1/defaults.go`); a stored Pod has that filled in. */
function requestsOf(container: unknown): Amounts {
  const amounts = amountsAt(objectAt(container, 'resources', 'limits'));
  for (const [resource, amount] of amountsAt(objectAt(container, 'resources', 'requests')))
    amounts.set(resource, amount);
  return amounts;
}

/** A resource list as the API gives it; entries that are no quantity are left out. */
export function amountsAt(list: unknown): Amounts {
  const amounts: Amounts = new Map();
  const given = objectAt(list);
  for (const resource of Object.keys(given ?? {})) {
    const amount = parseQuantity(textAt(given, resource) ?? numberAt(given, resource));
    if (amount !== undefined) amounts.set(resource, amount);
  }
  return amounts;
}

function note(
  parts: Map<string, ResourceRequest['parts'][number][]>,
  own: Amounts,
  container: unknown,
  pointer: string,
): void {
  for (const [resource, amount] of own) {
    if (amount === 0) continue;
    const known = parts.get(resource) ?? [];
    known.push({ container: textAt(container, 'name') ?? '', amount, pointer });
    parts.set(resource, known);
  }
}

function add(to: Amounts, amounts: Amounts): void {
  // Milli-exact: sums of tenths must not read 0.30000000000000004.
  for (const [resource, amount] of amounts)
    to.set(resource, Math.round(((to.get(resource) ?? 0) + amount) * 1000) / 1000);
}

function raise(to: Amounts, amounts: Amounts): void {
  for (const [resource, amount] of amounts) to.set(resource, Math.max(to.get(resource) ?? 0, amount));
}
