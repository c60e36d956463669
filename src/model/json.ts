/**
 * Defensive reading of plain JSON as the API gave it: every field of an object may be absent or of a foreign type.
 * Responsible for typed access only; it knows nothing of Kubernetes and never throws.
 */
export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Step = string | number;

/** A JSON pointer to a path: `/metadata/labels/example.com~1name` (RFC 6901). */
export function pointerTo(...path: readonly Step[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The value at a path, or undefined where any step is missing or of the wrong kind. */
export function at(value: unknown, ...path: readonly Step[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? current[step] : undefined;
    else current = isObject(current) && Object.hasOwn(current, step) ? current[step] : undefined;
  }
  return current;
}

export function textAt(value: unknown, ...path: readonly Step[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function numberAt(value: unknown, ...path: readonly Step[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

export function booleanAt(value: unknown, ...path: readonly Step[]): boolean | undefined {
  const found = at(value, ...path);
  return typeof found === 'boolean' ? found : undefined;
}

/** The array at a path; an empty one where there is none. */
export function listAt(value: unknown, ...path: readonly Step[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function objectAt(value: unknown, ...path: readonly Step[]): JsonObject | undefined {
  const found = at(value, ...path);
  return isObject(found) ? found : undefined;
}

/**
 * The string-to-string map at a path (labels, selectors, annotations); entries of another type are left out. It has no prototype: a label may be
 * called `constructor`, and asking for one that is not there must not find JavaScript's own.
 */
export function textMapAt(value: unknown, ...path: readonly Step[]): Readonly<Record<string, string>> {
  const found = objectAt(value, ...path);
  const result: Record<string, string> = Object.create(null);
  if (!found) return result;
  for (const [key, entry] of Object.entries(found)) if (typeof entry === 'string') result[key] = entry;
  return result;
}
