/**
 * What a configuration of Volcano's scheduler lacks of the one that the Azure ML extension documents. Reads the two lines that matter, without a YAML
 * parser: `actions: "enqueue, allocate, backfill"` and `- name: gang`. Pure.
 */

const ACTIONS = ['enqueue', 'allocate', 'backfill'];
/** In both variants that are documented; `gang` or `sla` tells which of them it is. */
const PLUGINS = ['conformance', 'drf', 'predicates', 'proportion', 'nodeorder', 'binpack'];
const LONGEST = 20_000;

export interface ConfigLack {
  readonly actions: readonly string[];
  readonly plugins: readonly string[];
}

export function volcanoConfigLack(text: string): ConfigLack {
  const actions = new Set<string>();
  const plugins = new Set<string>();
  for (const line of text.slice(0, LONGEST).split('\n')) {
    if (/^\s*#/.test(line)) continue;
    const listed = /^\s*["']?actions["']?\s*:(.*)$/.exec(line)?.[1];
    if (listed !== undefined) for (const action of listed.split(/[\s,"']+/)) actions.add(action);
    const plugin = /^[\s-]*["']?name["']?\s*:\s*["']?([\w-]{1,63})/.exec(line)?.[1];
    if (plugin !== undefined) plugins.add(plugin);
  }
  return {
    actions: ACTIONS.filter((action) => !actions.has(action)),
    plugins: [
      ...(plugins.has('gang') || plugins.has('sla') ? [] : ['gang']),
      ...PLUGINS.filter((plugin) => !plugins.has(plugin)),
    ],
  };
}
