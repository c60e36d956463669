/**
 * The ServingRuntimes that an InferenceService may use, and why each fits or does not. Follows KServe's own choice; a list that was not read whole is
 * said to be so.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { at, booleanAt, listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { nameWithKind } from '../model/kinds.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { inferenceServiceState, type InferenceServiceState, type RuntimeRequest } from './kserve-spec.ts';
import { parseRuntimeRefusal, type RuntimeRefusal } from './parse/runtime-refusal.ts';

export interface Runtime {
  readonly object: KubeObject;
  /** `ServingRuntime sklearn-gpu`. */
  readonly title: string;
  readonly disabled: boolean;
  readonly multiModel: boolean;
  /** Names of its containers. */
  readonly containers: readonly string[];
  readonly protocols: readonly string[];
  readonly formats: readonly { readonly name: string; readonly version?: string; readonly autoSelect: boolean }[];
}

export interface KserveRuntimes {
  /** KServe's own words that it has no runtime for the model, where they hold now. */
  readonly refusal?: { readonly error: RuntimeRefusal; readonly cite: Citation; readonly words: string };
  readonly asks: RuntimeRequest;
  readonly all: readonly Runtime[];
  /** Shows that no others exist; absent where a list was not read whole. */
  readonly cites: readonly Citation[];
  readonly gaps: readonly EvidenceGap[];
  /** The one that the InferenceService names, or that the refusal names: its own namespace before the cluster (kserve utils.go GetServingRuntime). */
  readonly named?: Runtime;
  readonly namedOwner?: Lookup<FieldOwner>;
}

export const kserveRuntimes = defineView<KserveRuntimes>({
  id: 'kserve-runtimes',
  needs: [
    { type: 'object', kind: 'ServingRuntime' },
    { type: 'object', kind: 'ClusterServingRuntime' },
  ],
  uses: [inferenceServiceState, fieldOwner],
  derive(context, subject) {
    const state = context.use(inferenceServiceState, subject);
    const own = context.list('ServingRuntime', subject.namespace === undefined ? {} : { namespace: subject.namespace });
    const shared = context.list('ClusterServingRuntime');
    const all = [...own.items, ...shared.items].map(runtimeOf);
    const refusal = state.state === 'present' ? refusalOf(state.value) : undefined;
    const asks = state.state === 'present' ? state.value.asks : { pointer: '/spec/predictor' };
    const name = asks.runtime ?? runtimeIn(refusal?.error);
    const named = all.find((runtime) => runtime.object.ref.name === name);
    const lists = [own.complete, shared.complete];
    return {
      ...(refusal === undefined ? {} : { refusal }),
      asks,
      all,
      cites: lists.flatMap((list) => (list.state === 'present' ? [list.cite] : [])),
      gaps: lists.flatMap((list) => (list.state === 'unknown' ? [list.gap] : [])),
      ...(named === undefined ? {} : { named, namedOwner: context.use(fieldOwner, named.object.ref) }),
    };
  },
});

/** Written with `InvalidSpec`, which stands until the spec is taken; without a status (kserve up to 0.8) only an event tells. */
function refusalOf(state: InferenceServiceState): KserveRuntimes['refusal'] {
  const { failure, error, object } = state;
  const invalid = textAt(object.body, 'status', 'modelStatus', 'transitionStatus') === 'InvalidSpec';
  for (const source of [
    ...(failure !== undefined && invalid ? [failure] : []),
    ...(error === undefined ? [] : [{ reason: '', message: error.text, cite: error.cite }]),
  ]) {
    const parsed = parseRuntimeRefusal(source.reason, source.message);
    if (parsed !== undefined) return { error: parsed, cite: source.cite, words: source.message };
  }
  return undefined;
}

function runtimeIn(error: RuntimeRefusal | undefined): string | undefined {
  return error === undefined || error.class === 'none-fits' ? undefined : error.runtime;
}

function runtimeOf(object: KubeObject): Runtime {
  const { spec } = object.body;
  return {
    object,
    title: nameWithKind(object.ref),
    disabled: booleanAt(spec, 'disabled') ?? false,
    multiModel: booleanAt(spec, 'multiModel') ?? false,
    containers: listAt(spec, 'containers').flatMap((container) => textAt(container, 'name') ?? []),
    protocols: listAt(spec, 'protocolVersions').filter((version) => typeof version === 'string'),
    formats: listAt(spec, 'supportedModelFormats').flatMap((format) => {
      const name = textAt(format, 'name');
      const version = at(format, 'version');
      if (name === undefined) return [];
      return [
        {
          name,
          ...(typeof version === 'string' ? { version } : {}),
          autoSelect: booleanAt(format, 'autoSelect') ?? false,
        },
      ];
    }),
  };
}

/** Why KServe does not choose a runtime by itself, nearest miss last (kserve predictor_model.go RuntimeSupportsModel, servingruntime_types.go). */
export type Misfit = 'format' | 'version' | 'multi-model' | 'protocol' | 'disabled' | 'auto-select';
export const NEAREST: readonly Misfit[] = ['auto-select', 'disabled', 'protocol', 'multi-model', 'version', 'format'];

/** Undefined where it fits. A runtime that is named needs no autoSelect. */
export function misfitOf(runtime: Runtime, asks: RuntimeRequest, named: boolean): Misfit | undefined {
  const formats = runtime.formats.filter((format) => format.name === asks.format);
  if (formats.length === 0) return 'format';
  const versions = formats.filter((format) => asks.version === undefined || format.version === asks.version);
  if (versions.length === 0) return 'version';
  if (runtime.multiModel) return 'multi-model';
  // KServe's webhook fills protocolVersion in (v1, or v2 for some formats); where it is not there, it decides nothing.
  if (asks.protocol !== undefined && runtime.protocols.length > 0 && !runtime.protocols.includes(asks.protocol))
    return 'protocol';
  if (runtime.disabled) return 'disabled';
  return named || versions.some((format) => format.autoSelect) ? undefined : 'auto-select';
}
