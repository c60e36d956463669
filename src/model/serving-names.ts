/** Reads from an object whom it names by a serving relation: plain data in, references out. It looks nothing up; what is named need not exist. */
import { at, isObject, textAt, type JsonObject } from './json.ts';
import { KINDS, apiVersionOf } from './kinds.ts';
import { groupOf, type ResourceRef } from './reference.ts';
import type { KindName, ServingRelation } from './serving-relations.ts';

/** What an object names by one relation, in the namespace that its field says or its own. */
export function namedBy(upper: ResourceRef, body: JsonObject, relation: ServingRelation): readonly ResourceRef[] {
  const { kind, group } = kindAndGroup(relation.lower);
  const infos = KINDS.filter((known) => known.kind === kind && (group === undefined || known.group === group));
  // Objects of KFServing name those of their own group.
  const info = infos.find((known) => known.group === groupOf(upper.apiVersion)) ?? infos[0];
  const apiVersion = info === undefined ? 'v1' : apiVersionOf(info);
  const namespace = info?.namespaced === false ? undefined : upper.namespace;
  return valuesAt(body, relation.path).flatMap((value) => {
    const named = relation.holds === 'reference' ? byReference(value, kind) : byText(value, relation.holds);
    if (named === undefined) return [];
    const place = named.namespace ?? namespace;
    return [{ apiVersion, kind, name: named.name, ...(place === undefined ? {} : { namespace: place }) }];
  });
}

interface Named {
  readonly name: string;
  readonly namespace?: string;
}

function byReference(value: unknown, kind: string): Named | undefined {
  const name = textAt(value, 'name');
  const namedKind = textAt(value, 'kind');
  if (name === undefined || (namedKind !== undefined && namedKind !== kind)) return undefined;
  const namespace = textAt(value, 'namespace');
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `mesh` is Istio's word for all sidecars, and no Gateway. */
function byText(value: unknown, holds: 'name' | 'qualified'): Named | undefined {
  if (typeof value !== 'string' || value === '' || value === 'mesh') return undefined;
  const slash = holds === 'qualified' ? value.indexOf('/') : -1;
  return { name: value.slice(slash + 1), ...(slash > 0 ? { namespace: value.slice(0, slash) } : {}) };
}

function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [step, ...rest] = path;
  if (step === undefined) return value === undefined ? [] : [value];
  if (step !== '*') return valuesAt(at(value, step), rest);
  const entries = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return entries.flatMap((entry) => valuesAt(entry, rest));
}

export function kindAndGroup(name: KindName): { readonly kind: string; readonly group?: string } {
  const dot = name.indexOf('.');
  return dot < 0 ? { kind: name } : { kind: name.slice(0, dot), group: name.slice(dot + 1) };
}

export function isOfKind(ref: ResourceRef, name: KindName): boolean {
  const { kind, group } = kindAndGroup(name);
  return ref.kind === kind && (group === undefined || groupOf(ref.apiVersion) === group);
}
