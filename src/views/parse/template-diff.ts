/**
 * What changed between two pod templates, as a person would say it and as short YAML-like lines. Lists whose items have a name are compared
 * by name. Values that redaction took out are shown as changed only.
 */
import { at, isObject, pointerTo, textAt, type JsonObject } from '../../model/json.ts';

export interface TemplateChange {
  /** JSON pointer below the template, of the side that has the value. */
  readonly pointer: string;
  /** `env PORT`, `readinessProbe.httpGet.port`. */
  readonly field: string;
  /** `the readiness probe's port`. */
  readonly noun: string;
  readonly container?: string;
  /** Undefined where it was added. */
  readonly from?: string;
  /** Undefined where it was removed. */
  readonly to?: string;
}

interface Leaf {
  readonly pointer: string;
  readonly field: string;
  readonly noun: string;
  readonly container?: string;
  readonly value: string;
}

const MOST_LEAVES = 4000;
const DEEPEST = 24;
const LONGEST_VALUE = 160;
/** Written by the controllers into each revision; they differ always. */
const OF_CONTROLLERS = new Set(['pod-template-hash', 'controller-revision-hash', 'pod-template-generation']);
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';

/** `from` and `to` are pod templates (`{metadata, spec}`). */
export function templateChanges(from: JsonObject, to: JsonObject): readonly TemplateChange[] {
  const before = leavesOf(from);
  const after = leavesOf(to);
  const changes: TemplateChange[] = [];
  for (const [key, leaf] of after) {
    const old = before.get(key);
    if (old?.value === leaf.value) continue;
    const { value, ...where } = leaf;
    changes.push({ ...where, ...(old === undefined ? {} : { from: old.value }), to: value });
  }
  for (const [key, leaf] of before) {
    if (after.has(key)) continue;
    const { value, ...where } = leaf;
    changes.push({ ...where, from: value });
  }
  return changes;
}

/** Whether nothing but `kubectl rollout restart` made the difference. */
export function isRestart(changes: readonly TemplateChange[]): boolean {
  return changes.length > 0 && changes.every((change) => change.field === `annotation ${RESTARTED}`);
}

/** `the image and environment variable PORT`; undefined where nothing changed. */
export function changeText(changes: readonly TemplateChange[]): string | undefined {
  const nouns = [
    ...new Set(changes.filter((change) => change.field !== `annotation ${RESTARTED}`).map((change) => change.noun)),
  ];
  const shown = nouns.length > 4 ? [...nouns.slice(0, 3), `${nouns.length - 3} more fields`] : nouns;
  const last = shown.at(-1);
  if (last === undefined) return undefined;
  return shown.length === 1 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** `- image: x:1`, `+ image: x:2`. The container is named where several changed or the template has several. */
export function diffLines(changes: readonly TemplateChange[], template: JsonObject): readonly string[] {
  const containers = at(template, 'spec', 'containers');
  const several = Array.isArray(containers) && containers.length > 1;
  return changes.flatMap((change) => {
    const prefix = several && change.container !== undefined ? `${change.container}: ` : '';
    const isRedacted = [change.from, change.to].some((value) => value?.includes('‹redacted') === true);
    if (isRedacted && change.from !== undefined && change.to !== undefined)
      return [`~ ${prefix}${change.field}: ‹redacted, changed›`];
    return [
      ...(change.from === undefined ? [] : [`- ${prefix}${change.field}: ${shorten(change.from)}`]),
      ...(change.to === undefined ? [] : [`+ ${prefix}${change.field}: ${shorten(change.to)}`]),
    ];
  });
}

function shorten(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE - 1)}…` : value;
}

function leavesOf(template: JsonObject): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const add = (key: string, leaf: Leaf): void => {
    if (leaves.size < MOST_LEAVES) leaves.set(key, leaf);
  };
  for (const [group, word] of [
    ['labels', 'label'],
    ['annotations', 'annotation'],
  ] as const) {
    const entries = at(template, 'metadata', group);
    if (!isObject(entries)) continue;
    for (const [name, value] of Object.entries(entries)) {
      if (OF_CONTROLLERS.has(name)) continue;
      const pointer = pointerTo('metadata', group, name);
      add(pointer, { pointer, field: `${word} ${name}`, noun: `the ${word} ${name}`, value: valueText(value) });
    }
  }
  const spec = at(template, 'spec');
  if (!isObject(spec)) return leaves;
  for (const [field, value] of Object.entries(spec)) {
    const isContainers = (field === 'containers' || field === 'initContainers') && Array.isArray(value);
    if (isContainers)
      for (const [index, container] of value.entries())
        containerLeaves(container, `/spec/${field}/${index}`, field, add);
    else if (field === 'volumes' && Array.isArray(value))
      namedLeaves(value, `/spec/${field}`, field, 'volume', undefined, add);
    else walk(value, { pointer: `/spec/${field}`, key: `/spec/${field}`, field, noun: `the field ${field}` }, 0, add);
  }
  return leaves;
}

type Add = (key: string, leaf: Leaf) => void;

interface Place {
  readonly pointer: string;
  /** Like the pointer, with names in place of indices: the same thing has the same key on both sides. */
  readonly key: string;
  readonly field: string;
  readonly noun: string;
  readonly container?: string;
}

function walk(value: unknown, place: Place, depth: number, add: Add): void {
  if (isObject(value) && depth < DEEPEST) {
    for (const [name, child] of Object.entries(value)) {
      walk(
        child,
        {
          ...place,
          pointer: place.pointer + pointerTo(name),
          key: place.key + pointerTo(name),
          field: `${place.field}.${name}`,
        },
        depth + 1,
        add,
      );
    }
    return;
  }
  const { key, ...where } = place;
  add(key, { ...where, value: valueText(value) });
}

const NOUNS: Readonly<Record<string, string>> = {
  image: 'the image',
  command: 'the command',
  args: 'the arguments',
  resources: 'the resources',
  ports: 'the container ports',
  securityContext: 'the security context',
  lifecycle: 'the lifecycle hooks',
  workingDir: 'the working directory',
};
const PROBES: Readonly<Record<string, string>> = {
  readinessProbe: 'the readiness probe',
  livenessProbe: 'the liveness probe',
  startupProbe: 'the startup probe',
};

function containerLeaves(container: unknown, pointer: string, list: string, add: Add): void {
  if (!isObject(container)) return;
  const name = textAt(container, 'name') ?? '';
  const base = `/spec/${list}/${name}`;
  add(base, {
    pointer,
    field: `container ${name}`,
    noun: `container ${name}`,
    container: name,
    value: textAt(container, 'image') === undefined ? name : 'present',
  });
  for (const [field, value] of Object.entries(container)) {
    if (field === 'name') continue;
    const place: Place = {
      pointer: `${pointer}/${field}`,
      key: `${base}/${field}`,
      field,
      noun: NOUNS[field] ?? `the field ${field}`,
      container: name,
    };
    const probe = PROBES[field];
    if (field === 'env' && Array.isArray(value))
      namedLeaves(value, place.pointer, 'env', 'environment variable', place, add);
    else if (field === 'volumeMounts' && Array.isArray(value))
      namedLeaves(value, place.pointer, 'volumeMount', 'the mount of volume', place, add);
    else if (probe !== undefined && isObject(value)) probeLeaves(value, place, probe, add);
    else walk(value, place, 0, add);
  }
}

function probeLeaves(probe: JsonObject, place: Place, noun: string, add: Add): void {
  for (const [field, value] of Object.entries(probe)) {
    const at: Place = {
      ...place,
      pointer: `${place.pointer}/${field}`,
      key: `${place.key}/${field}`,
      field: `${place.field}.${field}`,
      noun,
    };
    if (!isObject(value)) walk(value, { ...at, noun: `${noun}'s ${field}` }, 0, add);
    else {
      for (const [part, child] of Object.entries(value)) {
        walk(
          child,
          {
            ...at,
            pointer: `${at.pointer}/${part}`,
            key: `${at.key}/${part}`,
            field: `${at.field}.${part}`,
            noun: `${noun}'s ${part}`,
          },
          0,
          add,
        );
      }
    }
  }
}

/** Items with a name, each compared as one. */
function namedLeaves(
  items: readonly unknown[],
  pointer: string,
  field: string,
  noun: string,
  place: Place | undefined,
  add: Add,
): void {
  for (const [index, item] of items.entries()) {
    const name = textAt(item, 'name') ?? String(index);
    const mount = field === 'volumeMount' ? `@${textAt(item, 'mountPath') ?? ''}` : '';
    add(`${place?.key ?? pointer}/${name}${mount}`, {
      pointer: `${pointer}/${index}`,
      field: `${field} ${name}`,
      noun: `${noun} ${name}`,
      ...(place?.container === undefined ? {} : { container: place.container }),
      value: itemText(item),
    });
  }
}

function itemText(item: unknown): string {
  const plain = textAt(item, 'value');
  if (plain !== undefined) return valueText(plain);
  if (!isObject(item)) return valueText(item);
  const { name: _name, ...rest } = item;
  return Object.keys(rest).length === 0 ? '""' : valueText(rest);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value.replaceAll(/\s+/g, ' ');
  return JSON.stringify(value) ?? 'null';
}
