/**
 * Why KServe will not run a model with any ServingRuntime, or not with the one named: from `lastFailureInfo` of an InferenceService or from the text of
 * an event (kserve pkg/controller/v1beta1/inferenceservice/components/predictor.go and utils/utils.go, 0.7 to 0.20). Text only.
 */
import { boundMessage } from './go-text.ts';

export type RuntimeRefusal =
  /** No runtime was named and none fits. */
  | { readonly class: 'none-fits'; readonly format?: string; readonly version?: string }
  | { readonly class: 'missing' | 'disabled'; readonly runtime?: string }
  /** The named one does not take the format, its version, or the protocol. */
  | { readonly class: 'unfit'; readonly of: 'format' | 'protocol'; readonly runtime?: string }
  /** The named or chosen one cannot be made into a pod. */
  | { readonly class: 'unusable'; readonly how: RuntimeFault; readonly words: string; readonly runtime?: string };

export type RuntimeFault = 'no-container' | 'placeholder' | 'container-name' | 'merge' | 'no-worker';

const QUOTELESS_NAME = String.raw`"?([a-z0-9][a-z0-9.-]{0,252})"?`;

const FAULTS: readonly (readonly [RegExp, RuntimeFault])[] = [
  [/[Nn]o workerSpec container configuration found/, 'no-worker'],
  [/[Nn]o container configuration found in selected serving runtime/, 'no-container'],
  [/failed to replace placeholders in serving runtime/, 'placeholder'],
  [/failed to find \S{1,80} in ServingRuntime containers/, 'container-name'],
  [/failed to merge container|failed to consolidate serving runtime PodSpecs/, 'merge'],
];

/** `reason` is that of `lastFailureInfo`; empty where only a text is known. */
export function parseRuntimeRefusal(reason: string, message: string): RuntimeRefusal | undefined {
  const text = boundMessage(message);
  const model =
    /no runtime found to support (?:predictor|model|specified)[^{]{0,80}(?:\{"?([^\s"}]{1,80})"? ([^\s}]{1,80})\})?/i.exec(
      text,
    );
  if (model !== null) {
    const [, format, version] = model;
    // Go prints a pointer to a string as an address, and a missing one as <nil>.
    const told = version === undefined || version === '<nil>' || version.startsWith('0x') ? undefined : version;
    return {
      class: 'none-fits',
      ...(format === undefined ? {} : { format }),
      ...(told === undefined ? {} : { version: told }),
    };
  }
  // modelmesh-serving controllers/predictor_controller.go.
  if (/No ServingRuntime supports specified model type/.test(text)) return { class: 'none-fits' };
  const missing = new RegExp(`[Nn]o ServingRuntimes? or ClusterServingRuntimes? with the name: ${QUOTELESS_NAME}`).exec(
    text,
  );
  if (missing !== null || reason === 'RuntimeNotRecognized') return named('missing', missing?.[1]);
  const disabled = new RegExp(`specified runtime ${QUOTELESS_NAME} is disabled`, 'i').exec(text);
  if (disabled !== null || reason === 'RuntimeDisabled') return named('disabled', disabled?.[1]);
  const unfit =
    /specified runtime (?:([a-z0-9][a-z0-9.-]{0,252}) )?does not support specified (protocol version|framework)/i.exec(
      text,
    );
  if (unfit !== null)
    return {
      class: 'unfit',
      of: unfit[2]?.startsWith('p') === true ? 'protocol' : 'format',
      ...(unfit[1] === undefined ? {} : { runtime: unfit[1] }),
    };
  const fault = FAULTS.find(([words]) => words.test(text));
  if (fault === undefined) return undefined;
  const runtime = /in serving runtime ([a-z0-9][a-z0-9.-]{0,252})/.exec(text)?.[1];
  return { class: 'unusable', how: fault[1], words: text, ...(runtime === undefined ? {} : { runtime }) };
}

function named(kind: 'missing' | 'disabled', runtime: string | undefined): RuntimeRefusal {
  return { class: kind, ...(runtime === undefined ? {} : { runtime }) };
}
