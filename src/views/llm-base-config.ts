/**
 * The base configuration that an LLMInferenceService asks for and its controller does not find: its name, where it was looked for, and what there
 * is instead. Whether that is the trouble is for the rule to say.
 */
import type { Citation, EvidenceGap } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { ownConditions } from './own-conditions.ts';
import { missingConfigOf } from './parse/llm-message.ts';

export interface LlmBaseConfig {
  readonly config: ResourceRef;
  readonly namespaces: readonly string[];
  /** In `spec.baseRefs` by a person; false for a preset that KServe brings along. */
  readonly named: boolean;
  /** JSON pointer of the name in the service, where it is named. */
  readonly pointer?: string;
  /** Names of the configs in those namespaces, as far as they were seen. */
  readonly others: readonly string[];
  /** It is there now: the controller looked before it was made. */
  readonly exists: boolean;
  readonly cites: readonly [Citation, ...Citation[]];
  /** What kept the configs from being seen. */
  readonly gaps: readonly EvidenceGap[];
}

export const llmBaseConfig = defineView<LlmBaseConfig | undefined>({
  id: 'llm-base-config',
  needs: [{ type: 'object', kind: 'LLMInferenceServiceConfig' }],
  uses: [ownConditions],
  derive(context, subject) {
    const own = context.use(ownConditions, subject);
    if (own.state !== 'present' || !own.value.current) return undefined;
    const { object, unhappy } = own.value;
    for (const condition of unhappy) {
      const missing = missingConfigOf(condition.message);
      if (missing === undefined) continue;
      const here = subject.namespace ?? '';
      const namespaces = missing.namespaces.length === 0 ? [here] : missing.namespaces;
      const listings = namespaces.map((namespace) => context.list('LLMInferenceServiceConfig', { namespace }));
      const items = listings.flatMap((listing) => listing.items);
      const index = listAt(object.body, 'spec', 'baseRefs').findIndex((ref) => textAt(ref, 'name') === missing.name);
      const named = index >= 0;
      // A preset belongs to KServe's own namespace, which it looks in last (config_merge.go).
      const home = named ? here : (namespaces.at(-1) ?? here);
      return {
        config: {
          apiVersion: object.ref.apiVersion,
          kind: 'LLMInferenceServiceConfig',
          namespace: home,
          name: missing.name,
        },
        namespaces,
        named,
        ...(named ? { pointer: `/spec/baseRefs/${index}/name` } : {}),
        others: [...new Set(items.map((item) => item.ref.name))],
        exists: items.some((item) => item.ref.name === missing.name),
        cites: [
          condition.cite,
          ...(named ? [object.cite(`baseRefs names ${missing.name}`, `/spec/baseRefs/${index}`)] : []),
        ],
        gaps: listings.flatMap(({ complete }) => (complete.state === 'unknown' ? [complete.gap] : [])),
      };
    }
    return undefined;
  },
});
