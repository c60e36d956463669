/** The storage Secret that a refusal of KServe names, and the entries in it that are spelt nearly as the wanted one. Names only. */
import type { Lookup } from '../model/evidence.ts';
import { objectAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { nearestNames } from './parse/nearest-name.ts';
import { storageRefusal } from './storage-refused.ts';

export interface NamedStorage {
  readonly secret?: Lookup<KubeObject>;
  readonly near: readonly string[];
}

export const namedStorage = defineView<NamedStorage>({
  id: 'storage-named',
  needs: [{ type: 'object', kind: 'Secret' }],
  uses: [storageRefusal],
  derive(context, subject) {
    const refusal = context.use(storageRefusal, subject);
    if (refusal.state !== 'refused' || refusal.denial.class !== 'key-missing') return { near: [] };
    const { key, secret: name } = refusal.denial;
    const secret = context.object({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: subject.namespace ?? 'default',
      name,
    });
    if (secret.state !== 'present') return { secret, near: [] };
    const keys = ['data', 'stringData', 'inferscopeKeys'].flatMap((field) =>
      Object.keys(objectAt(secret.value.body, field) ?? {}),
    );
    return { secret, near: nearestNames(key, keys) };
  },
});
