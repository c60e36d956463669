/**
 * The address of a model where a person wrote it: which InferenceService holds it, in which field. Reads the custom resource at the top of a Pod (or
 * the one itself); it does not judge the address.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { isObject, pointerTo, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';

export interface StorageField {
  readonly uri: string;
  /** JSON pointer to the string. */
  readonly pointer: string;
  readonly cite: Citation;
}

export interface StorageAddresses {
  /** The InferenceService, LLMInferenceService or TrainedModel. */
  readonly service: KubeObject;
  /** Every address in its spec; a service with a transformer, a canary or several models has several. */
  readonly fields: readonly StorageField[];
}

/** Kinds in whose spec people write addresses of models. */
const HOLDERS = new Set(['InferenceService', 'LLMInferenceService', 'TrainedModel']);

/** Absent where no such resource stands above the object. */
export const storageAddresses = defineView<Lookup<StorageAddresses | undefined>>({
  id: 'storage-address',
  needs: [],
  uses: [ownerTree, kubeObject],
  derive(context, subject) {
    const top: ResourceRef = HOLDERS.has(subject.kind) ? subject : context.use(ownerTree, subject).root;
    const found = context.use(kubeObject, top);
    if (found.state !== 'present') return found;
    const value = HOLDERS.has(top.kind) ? { service: found.value, fields: fieldsOf(found.value) } : undefined;
    return { state: 'present', cite: found.cite, value };
  },
});

const DEEPEST = 10;

/** `storageUri` of every version (kserve v1beta1, kfserving v1alpha2), `storageUris[].uri`, `model.uri` of LLMInferenceService, TrainedModel's. */
function fieldsOf(service: KubeObject): readonly StorageField[] {
  const fields: StorageField[] = [];
  const walk = (value: unknown, pointer: string, depth: number): void => {
    if (depth > DEEPEST || fields.length >= 50) return;
    if (Array.isArray(value)) {
      for (const [index, entry] of value.entries()) walk(entry, `${pointer}/${index}`, depth + 1);
      return;
    }
    if (!isObject(value)) return;
    for (const [key, entry] of Object.entries(value)) {
      const at = pointer + pointerTo(key);
      const isUri =
        /^(?:storageUri|modelUri)$/i.test(key) || (key === 'uri' && /\/(?:storageUris\/\d+|model)\/uri$/.test(at));
      if (isUri && typeof entry === 'string') {
        fields.push({
          uri: entry,
          pointer: at,
          cite: service.cite(`${key} of ${nameWithKind(service.ref)}`, at),
        });
        continue;
      }
      walk(entry, at, depth + 1);
    }
  };
  walk(service.body['spec'], '/spec', 0);
  return fields;
}

/** The field that holds this address; the only one there is where the address is not known. */
export function fieldOf(addresses: StorageAddresses | undefined, uri: string | undefined): StorageField | undefined {
  const exact = addresses?.fields.find((field) => field.uri === uri);
  if (exact || addresses === undefined) return exact;
  const nearly = addresses.fields.find(
    (field) => uri !== undefined && (field.uri.startsWith(uri) || uri.startsWith(field.uri.replace(/\/$/, ''))),
  );
  return nearly ?? (addresses.fields.length === 1 ? addresses.fields[0] : undefined);
}

/** The ServiceAccount that somebody chose for the predictor; v1alpha2 has it below `default`. */
export function predictorAccount(service: KubeObject): string | undefined {
  return (
    textAt(service.body, 'spec', 'predictor', 'serviceAccountName') ??
    textAt(service.body, 'spec', 'default', 'predictor', 'serviceAccountName')
  );
}
