/**
 * What the kubelet says is missing for a Pod's containers and volumes: a ConfigMap, a Secret, or a key of one. Only what still holds: a
 * waiting container's own message, and mount events of a Pod that is still held up. The look-up of the objects is in `configuration-sources.ts`.
 */
import type { Citation, Lookup, Timestamp } from '../model/evidence.ts';
import { defineView, type EventRecord } from '../model/reader.ts';
import { configurationSources, type ConfigurationKind, type ConfigurationSource } from './configuration-sources.ts';
import { parseContainerError } from './parse/container-error.ts';
import { parseMountMessage } from './parse/mount-message.ts';
import { podState, type PodState } from './pod-state.ts';

export interface ConfigurationComplaint {
  readonly kind: ConfigurationKind;
  readonly name: string;
  /** The missing key; absent where the object itself is missing. */
  readonly key?: string;
  readonly through: 'env' | 'volume';
  /** Of env: the container that cannot be made. */
  readonly container?: string;
  /** Of a volume: its name. */
  readonly volume?: string;
  /** The kubelet's own words, without wrapping. */
  readonly words: string;
  readonly since?: Timestamp;
  readonly citations: readonly [Citation, ...Citation[]];
}

export interface ConfigurationTrouble {
  readonly state: PodState;
  readonly sources: readonly ConfigurationSource[];
  readonly complaints: readonly ConfigurationComplaint[];
  /** Whether the pod is held up where configuration is needed: only then does a missing object explain anything. */
  readonly heldUp: boolean;
}

export const configurationTrouble = defineView<Lookup<ConfigurationTrouble>>({
  id: 'configuration-trouble',
  needs: [{ type: 'event' }],
  uses: [podState, configurationSources],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    const sources = context.use(configurationSources, subject);
    if (sources.state !== 'present') return sources;
    const events = context.events(subject);
    const complaints = [
      ...environmentComplaints(state.value, events),
      ...volumeComplaints(state.value, sources.value.sources, events),
    ];
    const heldUp = complaints.length > 0 || state.value.stuckCreating;
    return {
      state: 'present',
      cite: state.cite,
      value: { state: state.value, sources: sources.value.sources, complaints, heldUp },
    };
  },
});

function environmentComplaints(state: PodState, events: readonly EventRecord[]): readonly ConfigurationComplaint[] {
  return state.troubled.flatMap((container) => {
    if (container.trouble !== 'create' || container.waiting === undefined) return [];
    const error = parseContainerError(container.waiting.message);
    const named = nameOf(error);
    if (named === undefined) return [];
    const event = events
      .filter((candidate) => candidate.container === container.name && candidate.message.includes(error.detail))
      .at(-1);
    return [
      {
        ...named,
        through: 'env',
        container: container.name,
        words: error.detail,
        ...(event === undefined ? {} : { since: event.first }),
        citations: [
          container.waiting.cite,
          ...(event === undefined ? [] : [event.cite(`the kubelet's event ${event.reason}`)]),
        ],
      } as const,
    ];
  });
}

function nameOf(
  error: ReturnType<typeof parseContainerError>,
): Pick<ConfigurationComplaint, 'kind' | 'name' | 'key'> | undefined {
  switch (error.class) {
    case 'secret-missing':
      return { kind: 'Secret', name: error.name };
    case 'configmap-missing':
      return { kind: 'ConfigMap', name: error.name };
    case 'secret-key-missing':
      return { kind: 'Secret', name: error.name, key: error.key };
    case 'configmap-key-missing':
      return { kind: 'ConfigMap', name: error.name, key: error.key };
    default:
      return undefined;
  }
}

function volumeComplaints(
  state: PodState,
  sources: readonly ConfigurationSource[],
  events: readonly EventRecord[],
): readonly ConfigurationComplaint[] {
  if (!state.stuckCreating) return [];
  const complaints: ConfigurationComplaint[] = [];
  for (const event of events) {
    if (event.reason !== 'FailedMount') continue;
    const error = parseMountMessage(event.message);
    if (!error) continue;
    const isSecret = error.class === 'secret-missing' || error.class === 'secret-key-missing';
    if (!isSecret && error.class !== 'configmap-missing' && error.class !== 'configmap-key-missing') continue;
    const kind = isSecret ? 'Secret' : 'ConfigMap';
    // The words about a missing key do not name its object; the volume does.
    const name =
      error.name ??
      sources.find((source) => source.kind === kind && source.uses.some((use) => use.label === error.volume))?.ref.name;
    if (name === undefined) continue;
    complaints.push({
      kind,
      name,
      ...(error.key === undefined ? {} : { key: error.key }),
      through: 'volume',
      ...(error.volume === undefined ? {} : { volume: error.volume }),
      words: error.detail,
      since: event.first,
      citations: [event.cite(`the kubelet's event ${event.reason}`)],
    });
  }
  return complaints;
}
