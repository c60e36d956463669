/**
 * Why an object has no address yet, in the words of the nearest object of its chain that says so. Quotes conditions; the cause of them is for a diagnosis.
 */
import type { Citation } from '../../model/evidence.ts';
import type { ViewContext } from '../../model/reader.ts';
import { kindNamed, kindWord, nameWithKind } from '../../model/kinds.ts';
import { groupOf, type ResourceRef } from '../../model/reference.ts';
import { conditionWords } from '../condition-words.ts';
import type { Entry } from './entry.ts';
import type { Todo } from './path-types.ts';

const KNATIVE = 'serving.knative.dev/v1';

export function whyNotPublished(
  context: ViewContext,
  entry: Entry,
): { readonly says: string; readonly citations: readonly Citation[] } | undefined {
  const { namespace, name } = entry;
  const above: readonly ResourceRef[] =
    entry.mode === 'knative'
      ? [
          { apiVersion: KNATIVE, kind: 'Route', namespace, name },
          { apiVersion: KNATIVE, kind: 'Service', namespace, name },
        ]
      : [];
  for (const ref of [...above, entry.object.ref]) {
    const found = context.use(conditionWords, ref);
    if (found.state === 'present' && found.value !== undefined)
      return { says: found.value.short, citations: [found.value.cite] };
  }
  return undefined;
}

/** The question that a trace leaves open: why an object is not what it should be. */
export function askWhy(ref: ResourceRef): Todo {
  const group = groupOf(ref.apiVersion);
  // What people type for the kinds that they write themselves.
  const short = group.startsWith('serving.k') ? kindNamed(ref.kind, group)?.shortNames[0] : undefined;
  return {
    todo: `Find out what is wrong with ${nameWithKind(ref)}`,
    command: [
      'inferscope',
      `${short ?? kindWord(ref)}/${ref.name}`,
      ...(ref.namespace === undefined ? [] : ['-n', ref.namespace]),
    ],
  };
}
