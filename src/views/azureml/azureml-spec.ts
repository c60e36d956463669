/**
 * What the spec of an OnlineDeployment or AmlJob asks for: instances, resources, the instance type. The schema of these objects is not published:
 * the fields of the documented YAML are read in the spellings of both versions of the CLI and of the API, at the top of the spec or one level below.
 * Pure; it judges nothing.
 */
import { at, isObject, textAt, type JsonObject } from '../../model/json.ts';

export interface Written {
  readonly value: unknown;
  /** As it is spelled: `min_instances`. */
  readonly name: string;
  readonly pointer: string;
}

export interface AzuremlSpec {
  readonly count?: Written;
  readonly min?: Written;
  readonly max?: Written;
  readonly requests?: Written;
  readonly limits?: Written;
  readonly instanceType?: Written;
  /** Fields of another version of the CLI, or misspelled ones: nothing reads them. */
  readonly foreign: readonly (Written & { readonly instead: string })[];
}

// azure-ai-docs reference-yaml-deployment-kubernetes-online.md; the ARM API writes camel case.
const COUNT = ['instance_count', 'instanceCount', 'replicas'];
const MIN = ['min_instances', 'minInstances', 'minReplicas', 'min_replicas'];
const MAX = ['max_instances', 'maxInstances', 'maxReplicas', 'max_replicas'];
const TYPE = ['instance_type', 'instanceType', 'instanceTypeName'];
const BELOW = [
  'scale_settings',
  'scaleSettings',
  'scale',
  'resources',
  'containerResourceRequirements',
  'container_resource_requirements',
  'template',
  'properties',
  'deployment',
  'job',
];

/** Names of the first version of the CLI, and one of an example in the documents. */
const FOREIGN: Readonly<Record<string, string>> = {
  scale_setting: 'scale_settings',
  scaleSetting: 'scaleSettings',
  autoscale_enabled: 'scale_settings.type',
  autoscale_min_replicas: 'scale_settings.min_instances',
  autoscale_max_replicas: 'scale_settings.max_instances',
  autoscale_target_utilization: 'scale_settings.target_utilization_percentage',
  autoscale_refresh_seconds: 'scale_settings.polling_interval',
};

export function azuremlSpec(body: JsonObject): AzuremlSpec {
  const spec = at(body, 'spec');
  const places: readonly (readonly [unknown, string])[] = [
    [spec, '/spec'],
    ...BELOW.flatMap((name) => {
      const below = at(spec, name);
      return isObject(below) ? [[below, `/spec/${name}`] as const] : [];
    }),
    ...['resources', 'scale_settings', 'scaleSettings'].flatMap((name) => {
      const below = at(spec, 'properties', name);
      return isObject(below) ? [[below, `/spec/properties/${name}`] as const] : [];
    }),
  ];
  const first = (names: readonly string[]): Written | undefined => {
    for (const [place, pointer] of places)
      for (const name of names) {
        const value = at(place, name);
        if (value !== undefined && value !== null && !isObject(value))
          return { value, name, pointer: `${pointer}/${name}` };
      }
    return undefined;
  };
  const resources = (key: 'requests' | 'limits'): Written | undefined => {
    for (const [place, pointer] of places) {
      const alias = key === 'requests' ? 'containerResourceRequests' : 'containerResourceLimits';
      for (const name of [key, alias]) {
        const value = at(place, name);
        if (isObject(value)) return { value, name, pointer: `${pointer}/${name}` };
      }
    }
    return undefined;
  };
  const foreign = places.flatMap(([place, pointer]) =>
    Object.entries(FOREIGN).flatMap(([name, instead]) => {
      const value = at(place, name);
      return value === undefined ? [] : [{ value, name, pointer: `${pointer}/${name}`, instead }];
    }),
  );
  const parts = {
    count: first(COUNT),
    min: first(MIN),
    max: first(MAX),
    requests: resources('requests'),
    limits: resources('limits'),
    instanceType: first(TYPE),
  };
  return {
    ...(parts.count === undefined ? {} : { count: parts.count }),
    ...(parts.min === undefined ? {} : { min: parts.min }),
    ...(parts.max === undefined ? {} : { max: parts.max }),
    ...(parts.requests === undefined ? {} : { requests: parts.requests }),
    ...(parts.limits === undefined ? {} : { limits: parts.limits }),
    ...(parts.instanceType === undefined ? {} : { instanceType: parts.instanceType }),
    foreign,
  };
}

/** A count as a number, also where it is written as text; undefined where it is none. */
export function countOf(written: Written | undefined): number | undefined {
  if (typeof written?.value === 'number') return written.value;
  const text = typeof written?.value === 'string' ? written.value.trim() : '';
  return /^-?\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : undefined;
}

/** `cpu`, `memory`, `nvidia.com/gpu` as text. */
export function resourceOf(written: Written | undefined, name: string): string | undefined {
  const value = at(written?.value, name);
  return typeof value === 'number' ? String(value) : textAt(written?.value, name);
}
