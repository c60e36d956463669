/**
 * Finds the version under which a server serves a kind: the known versions in order, then what the group itself lists.
 * A kind counts as not served only when the server said so for all of them; it never follows from a version that is merely unknown here.
 */
import { listAt, textAt } from '../../model/json.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KindInfo } from '../../model/kinds.ts';
import type { Answer } from '../port.ts';
import type { Reply } from './http.ts';

/** `not-served`: the path of this version does not exist, which says nothing of other versions. */
export type Versioned<T> = Answer<T> | { readonly state: 'not-served' };

export interface ServedVersions {
  /** Runs `ask` with one version after another until one is served. */
  ask<T>(
    info: KindInfo,
    ask: (version: string) => Promise<Versioned<T>>,
    discover: () => Promise<Reply<JsonObject>>,
  ): Promise<Answer<T>>;
}

export function createServedVersions(): ServedVersions {
  const served = new Map<string, string>();
  const absent = new Set<string>();

  return {
    async ask(info, ask, discover) {
      const key = `${info.group}/${info.plural}`;
      const notServed = {
        state: 'not-found',
        message: `the server does not serve ${info.plural}${info.group === '' ? '' : ` of the API group ${info.group}`}`,
      } as const;
      if (absent.has(key)) return notServed;
      const known = served.get(key);
      const first = known === undefined ? info.versions : [known];
      for (const version of first) {
        const answer = await ask(version);
        if (answer.state === 'not-served') continue;
        if (answer.state !== 'failed') served.set(key, version);
        return answer;
      }
      if (info.group !== '' && known === undefined) {
        const group = await discover();
        if (group.state === 'failed') return group;
        const listed =
          group.state === 'ok' ? listAt(group.value, 'versions').map((entry) => textAt(entry, 'version')) : [];
        for (const version of listed) {
          if (version === undefined || first.includes(version)) continue;
          const answer = await ask(version);
          if (answer.state === 'not-served') continue;
          if (answer.state !== 'failed') served.set(key, version);
          return answer;
        }
      }
      absent.add(key);
      return notServed;
    },
  };
}
