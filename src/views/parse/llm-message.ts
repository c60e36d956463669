/**
 * Reads the messages that the controller of LLMInferenceServices writes into conditions (kserve pkg/controller/v1alpha2/llmisvc:
 * config_merge.go, router_validation.go, router.go, scaling.go, workload_storage.go). Pure; undefined or empty where it is another message.
 */

/** A name of Kubernetes, or of a namespace; bounded. */
const NAME = '[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?';

export interface MissingConfig {
  readonly name: string;
  /** Where it was looked for, in order. */
  readonly namespaces: readonly string[];
}

/** `LLMInferenceServiceConfig "x" not found in namespaces [team kserve]` (config_merge.go). */
export function missingConfigOf(message: string): MissingConfig | undefined {
  const match = new RegExp(
    `LLMInferenceServiceConfig "?(${NAME})"? not found(?: in namespaces? \\[?([a-z0-9 ,".-]{1,400})\\]?)?`,
  ).exec(message);
  if (!match?.[1]) return undefined;
  return {
    name: match[1],
    namespaces: (match[2] ?? '').split(/[ ,"]+/).filter((word) => word !== ''),
  };
}

export interface MissingReference {
  readonly kind: 'Gateway' | 'HTTPRoute';
  readonly namespace: string;
  readonly name: string;
}

/** `Gateway ns/name does not exist; HTTPRoute … references non-existent Gateway ns/name` (router_validation.go); each once. */
export function missingReferencesOf(message: string): readonly MissingReference[] {
  const found = new Map<string, MissingReference>();
  const add = (kind: string | undefined, namespace: string | undefined, name: string | undefined): void => {
    if ((kind !== 'Gateway' && kind !== 'HTTPRoute') || namespace === undefined || name === undefined) return;
    found.set(`${kind} ${namespace}/${name}`, { kind, namespace, name });
  };
  for (const match of message.matchAll(new RegExp(`\\b(Gateway|HTTPRoute) (${NAME})/(${NAME}) does not exist`, 'g')))
    add(match[1], match[2], match[3]);
  for (const match of message.matchAll(new RegExp(`non-existent Gateway (${NAME})/(${NAME})`, 'g')))
    add('Gateway', match[1], match[2]);
  return [...found.values()];
}

/** `HTTPRoute ns/name has no parent gateway references` (router_validation.go). */
export function routeWithoutParent(message: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = new RegExp(`HTTPRoute (${NAME})/(${NAME}) has no parent gateway references`).exec(message);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { namespace: match[1], name: match[2] };
}

/** What the model's URI in the spec has wrong; `scheme` is empty where the text names none. */
export interface UnusableUri {
  readonly problem: 'scheme' | 'invalid' | 'modelcar' | 'adapter';
  readonly words: string;
}

/** workload_storage.go and workload_lora.go: texts that end in a reason of their own. */
export function unusableUriOf(message: string): UnusableUri | undefined {
  const patterns = [
    ['scheme', /unsupported schema in model URI:? ?([^\n]{0,300})/],
    ['invalid', /invalid model URI:? ?([^\n]{0,300})/],
    ['modelcar', /(OCI modelcars is not enabled)/],
    ['adapter', /(LoRA adapter [^\n]{1,300})/],
  ] as const;
  for (const [problem, pattern] of patterns) {
    const words = pattern.exec(message)?.[1];
    if (words !== undefined) return { problem, words: words.trim() };
  }
  return undefined;
}

/** An InferencePool that the message names as `ns/name`. */
export function poolOf(message: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = new RegExp(`[Ii]nference ?[Pp]ool (${NAME})/(${NAME})|^(${NAME})/(${NAME}):`).exec(message);
  const namespace = match?.[1] ?? match?.[3];
  const name = match?.[2] ?? match?.[4];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
