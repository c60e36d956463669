/**
 * What is wrong in a ConfigMap of Knative Serving, by its values; and which ConfigMap a crashing program of Knative names as the reason. It looks at
 * no other ConfigMap of that name.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { pointerTo, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { settingsOf } from './knative-config.ts';
import { settingFaults, type SettingFault } from './parse/knative-setting-faults.ts';
import { podState } from './pod-state.ts';

export interface KnativeConfigFaults {
  readonly config: KubeObject;
  readonly faults: readonly (SettingFault & { readonly cite: Citation })[];
}

/** Undefined where it is no ConfigMap of Knative Serving. */
export const knativeConfigFaults = defineView<Lookup<KnativeConfigFaults | undefined>>({
  id: 'knative-config-faults',
  needs: [{ type: 'object', kind: 'ConfigMap' }],
  derive(context, subject) {
    if (subject.kind !== 'ConfigMap')
      return { state: 'unknown', gap: context.notRequested('a ConfigMap', 'this is none') };
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const value = isOfKnative(found.value) ? faultsOf(found.value) : undefined;
    return { state: 'present', cite: found.cite, value };
  },
});

function isOfKnative(config: KubeObject): boolean {
  const labels = textMapAt(config.body, 'metadata', 'labels');
  return (
    config.ref.name.startsWith('config-') &&
    (config.ref.namespace?.startsWith('knative-serving') === true ||
      labels['app.kubernetes.io/name'] === 'knative-serving' ||
      labels['serving.knative.dev/release'] !== undefined)
  );
}

function faultsOf(config: KubeObject): KnativeConfigFaults {
  return {
    config,
    faults: settingFaults(config.ref.name, settingsOf(config)).map((fault) => ({
      ...fault,
      cite: config.cite(`${fault.key}: ${fault.value.slice(0, 60)}`, pointerTo('data', fault.key)),
    })),
  };
}

export interface RefusedConfig {
  readonly config: ResourceRef;
  /** The error of the program. */
  readonly words: string;
  readonly container: string;
  readonly cite: Citation;
}

// knative.dev/pkg configmap/store.go: fatal at the start, logged later. The line is JSON, its quotes are escaped.
const INITIALIZING = /Error initializing \S{1,60} config \\?"(config-[a-z-]{1,40})\\?": (.{1,600})/;

/** What a crashing container of Knative says of a ConfigMap. */
export const refusedConfig = defineView<Lookup<RefusedConfig | undefined>>({
  id: 'knative-refused-config',
  needs: [{ type: 'log' }],
  uses: [podState],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    for (const container of state.value.troubled) {
      if (container.trouble !== 'exits') continue;
      const refused = refusedIn(context, subject, container.name, !container.exitIsCurrent);
      if (refused !== undefined) return { state: 'present', cite: refused.cite, value: refused };
    }
    return { state: 'present', cite: state.cite, value: undefined };
  },
});

function refusedIn(
  context: ViewContext,
  pod: ResourceRef,
  container: string,
  previous: boolean,
): RefusedConfig | undefined {
  const log = context.log(pod, container, previous);
  if (log.state !== 'present') return undefined;
  const index = log.value.lines.findLastIndex((line) => line.includes('Error initializing') && INITIALIZING.test(line));
  const match = INITIALIZING.exec(log.value.lines[index] ?? '');
  if (match?.[1] === undefined) return undefined;
  return {
    config: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: match[1],
      ...(pod.namespace === undefined ? {} : { namespace: pod.namespace }),
    },
    // Up to the end of the JSON string that the message stands in.
    words: (match[2] ?? '').replace(/(?<!\\)",?"?[a-z_]{0,20}"?:?[\s\S]*$/, '').replaceAll('\\"', '"'),
    container,
    cite: log.value.cite('the program refuses its configuration', index + 1),
  };
}
