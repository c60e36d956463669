/**
 * Changes of one container of an InferenceService, written where a person wrote it: a JSON patch of its spec, since the lists of a custom resource
 * know no strategic merge. Objects are merged into what stands there, lists take its place.
 */
import type { Fix } from '../model/finding.ts';
import { isObject } from '../model/json.ts';
import { nameWithKind } from '../model/kinds.ts';
import type { PodTemplate } from '../views/pod-template.ts';
import { servedContainer } from '../views/served-container.ts';
import { fix, patch, verifyWithInferscope } from './build.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Undefined where the spec of the InferenceService does not hold the container. */
export function changeServedContainer(
  template: PodTemplate,
  container: string,
  fields: Fields,
  parts: Pick<Fix, 'title' | 'applicability'>,
): Fix | undefined {
  const { served } = template;
  const found = servedContainer(template, container);
  if (served === undefined || found === undefined) return undefined;
  const names = Object.keys(fields);
  const set = names.map((name) => ({
    op: 'add',
    path: `${found.pointer}/${name}`,
    value: merged(found.spec[name], fields[name]),
  }));
  const back = names.map((name) =>
    found.spec[name] === undefined
      ? { op: 'remove', path: `${found.pointer}/${name}` }
      : { op: 'add', path: `${found.pointer}/${name}`, value: found.spec[name] },
  );
  return fix({
    ...parts,
    effect: `${nameWithKind(served.object.ref)} makes new pods; those that serve go on until the new ones are Ready.`,
    steps: [patch(served.object.ref, set, 'json')],
    undo: [patch(served.object.ref, back, 'json')],
    verify: verifyWithInferscope(template.workload),
    owner: served.fields,
  });
}

/** `null` takes a field away, as in a merge patch. */
function merged(before: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const result: Record<string, unknown> = isObject(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
