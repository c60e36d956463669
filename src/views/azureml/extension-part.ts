/**
 * Whether an object that stands in the namespace of the Azure ML extension, or that a release of Helm there owns, is a part of the extension: others
 * install their programs into that namespace, too. Pure; it looks for nothing by itself.
 */
import type { KubeObject } from '../../model/reader.ts';
import { helmOwner } from '../helm-owner.ts';
import { EXTENSION_COMPONENTS } from '../parse/azureml-components.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { COMPONENTS } from '../parse/platform-components.ts';

const NAMES: ReadonlySet<string> = new Set([
  ...EXTENSION_COMPONENTS.map(({ name }) => name),
  ...COMPONENTS.filter(({ namespaces }) => namespaces.includes(EXTENSION_NAMESPACE)).flatMap(({ names }) => names),
]);

/** By its name: programs that are documented, definitions of its API group, and the prefixes of its own (`amlarc-`, `azureml-`). */
export function isKnownPart({ ref }: KubeObject): boolean {
  return NAMES.has(ref.name) || /^(?:amlarc|azureml|aml)-|\.amlarc\.azureml\.com$/.test(ref.name);
}

/** Known by its Helm annotations to be of another release than the extension's; false where the extension's is not known. */
export function isOfOtherRelease(object: KubeObject, release: string | undefined): boolean {
  const owner = helmOwner(object);
  if (owner === undefined || isKnownPart(object)) return false;
  return owner.namespace !== EXTENSION_NAMESPACE || (release !== undefined && owner.release !== release);
}
