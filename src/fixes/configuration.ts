/**
 * Fixes for missing ConfigMaps, Secrets and keys: create the object, add keys, or correct a name in the pod template.
 * Values are never known here: every creation has placeholders.
 */
import type { Fix } from '../model/finding.ts';
import { fix, kubectl, patch, verifyWithInferscope } from './build.ts';
import type { ConfigurationSource } from '../views/configuration-sources.ts';
import type { PodTemplate } from '../views/pod-template.ts';
import { changeField } from './container-change.ts';

export function createSource(source: ConfigurationSource, template: PodTemplate): readonly Fix[] {
  const { kind, ref } = source;
  const keys = [...new Set(source.uses.flatMap((use) => (use.key === undefined ? [] : [use.key])))];
  const literals = (keys.length > 0 ? keys : ['<KEY>']).map((key) => `--from-literal=${key}=<VALUE>`);
  const words = kind === 'Secret' ? ['secret', 'generic'] : ['configmap'];
  const create = fix({
    title: `Create the ${kind} ${ref.name}${ref.namespace === undefined ? '' : ` in ${ref.namespace}`}`,
    applicability: 'fill-in',
    effect: 'The kubelet makes the waiting containers at its next try, within two minutes; nothing is restarted.',
    steps: [kubectl(ref, ['create', ...words, ref.name, ...literals], true)],
    undo: [kubectl(ref, ['delete', kind.toLowerCase(), ref.name], true)],
    verify: verifyWithInferscope(template.workload),
  });
  const near = source.nearestNames[0];
  const use = source.uses.find((candidate) => !candidate.optional);
  if (near === undefined || use === undefined) return [create];
  const pointer = use.pointer
    .replace(/\/key$/, '/name')
    .replace(/\/items\/\d+\/name$/, kind === 'Secret' ? '/secretName' : '/name');
  const rename = changeField(template, pointer, ref.name, near, {
    title: `Use the ${kind} ${near}, which exists`,
    applicability: 'review',
    change: `name ${near} instead of ${ref.name}`,
  });
  return [rename, create];
}

export function addKeys(source: ConfigurationSource, keys: readonly string[], template: PodTemplate): readonly Fix[] {
  const { kind, ref } = source;
  const field = kind === 'Secret' ? 'stringData' : 'data';
  const named = keys.length > 1 ? `${keys.length} missing keys` : `key ${keys[0] ?? ''}`;
  const add = fix({
    title: `Add the ${named} to ${kind} ${ref.name}`,
    applicability: 'fill-in',
    effect: 'The kubelet makes the waiting containers at its next try, within two minutes; nothing is restarted.',
    steps: [patch(ref, { [field]: Object.fromEntries(keys.map((key) => [key, '<VALUE>'])) })],
    undo: [patch(ref, { data: Object.fromEntries(keys.map((key) => [key, null])) })],
    verify: verifyWithInferscope(template.workload),
  });
  const corrections = source.missingKeys.flatMap(({ key, uses, nearest }) => {
    const [near] = nearest;
    const [use] = uses;
    if (near === undefined || use === undefined) return [];
    return [
      changeField(template, use.pointer, key, near, {
        title: `Ask for the key ${near}, which ${kind} ${ref.name} has`,
        applicability: 'review',
        change: `ask for the key ${near} instead of ${key}`,
      }),
    ];
  });
  return keys.length === 1 ? [...corrections, add] : [add, ...corrections];
}
