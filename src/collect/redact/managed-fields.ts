/**
 * Reduces `metadata.managedFields` to who set which field and when: that is what a fix needs to know about ownership.
 * Field sets are decoded to readable paths (structured-merge-diff `fieldpath/serialize-pe.go`: `f:` field, `k:` list item by keys,
 * `v:` set member, `i:` index, `.` the item itself).
 */
import { isObject, listAt, textAt } from '../../model/json.ts';

export interface FieldOwner {
  readonly manager: string;
  readonly operation: string;
  readonly time: string;
  readonly subresource?: string;
  /** `spec.template.spec.containers[name="inference"].image`; only the leaves of what the manager owns. */
  readonly paths: readonly string[];
}

const MOST_PATHS = 2000;
const MOST_OWNERS = 100;
const DEEPEST = 48;

/** `withValues: false` leaves out members of sets, which are values. An already reduced list stays as it is. */
export function reduceManagedFields(entries: unknown, withValues: boolean): readonly FieldOwner[] {
  if (!Array.isArray(entries)) return [];
  return entries.slice(0, MOST_OWNERS).map((entry: unknown) => {
    const subresource = textAt(entry, 'subresource');
    return {
      manager: textAt(entry, 'manager') ?? '',
      operation: textAt(entry, 'operation') ?? '',
      time: textAt(entry, 'time') ?? '',
      ...(subresource === undefined ? {} : { subresource }),
      // Controllers write the status again at once: no fix touches it, so nobody asks who owns its fields.
      paths: subresource === 'status' ? [] : pathsOf(entry, withValues),
    };
  });
}

function pathsOf(entry: unknown, withValues: boolean): readonly string[] {
  const fields = isObject(entry) ? entry['fieldsV1'] : undefined;
  if (isObject(fields)) {
    const paths: string[] = [];
    walk(fields, '', 0, withValues, paths);
    return paths;
  }
  const kept = listAt(entry, 'paths').filter((path) => typeof path === 'string');
  return kept.slice(0, MOST_PATHS);
}

function walk(node: unknown, path: string, depth: number, withValues: boolean, into: string[]): void {
  if (into.length >= MOST_PATHS) return;
  const children = isObject(node) ? Object.entries(node).filter(([key]) => key !== '.') : [];
  if (children.length === 0 || depth >= DEEPEST) {
    if (path !== '') into.push(path);
    return;
  }
  for (const [key, child] of children) {
    const step = stepOf(key, path, withValues);
    if (step !== undefined) walk(child, path + step, depth + 1, withValues, into);
  }
}

function stepOf(key: string, parent: string, withValues: boolean): string | undefined {
  const rest = key.slice(2);
  if (key.startsWith('f:')) {
    if (!/^[A-Za-z0-9_-]+$/.test(rest)) return `[${JSON.stringify(rest)}]`;
    return parent === '' ? rest : `.${rest}`;
  }
  if (key.startsWith('i:')) return `[${rest}]`;
  if (key.startsWith('v:')) return withValues ? `[=${rest}]` : undefined;
  if (key.startsWith('k:')) return keyStep(rest);
  return undefined;
}

function keyStep(keys: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(keys);
  } catch {
    // No JSON: the keys are shown as they stand.
    return `[${keys}]`;
  }
  if (!isObject(parsed)) return `[${keys}]`;
  const pairs = Object.entries(parsed).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `[${pairs.join(',')}]`;
}
