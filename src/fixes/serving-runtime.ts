/** Fixes of InferenceServices that KServe finds no usable runtime for. */
import type { Lookup } from '../model/evidence.ts';
import type { Fix } from '../model/finding.ts';
import type { ResourceRef } from '../model/reference.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import type { Runtime } from '../views/kserve-runtimes.ts';
import type { RuntimeRequest } from '../views/kserve-spec.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from './build.ts';

/** The predictor's field by which it asks, `model` or a framework. */
function keyOf(asks: RuntimeRequest): string {
  return asks.pointer.slice(asks.pointer.lastIndexOf('/') + 1);
}

/** Has the InferenceService name a runtime. */
export function nameRuntime(
  service: ResourceRef,
  asks: RuntimeRequest,
  runtime: string,
  owner: Lookup<FieldOwner> | undefined,
): Fix {
  const set = (value: string | null): unknown => ({ spec: { predictor: { [keyOf(asks)]: { runtime: value } } } });
  return fix({
    title: `Have InferenceService ${service.name} name the runtime ${runtime}`,
    applicability: 'review',
    effect: 'KServe makes the pods with that runtime.',
    steps: [patch(service, set(runtime))],
    undo: [patch(service, set(asks.runtime ?? null))],
    verify: verifyWithInferscope(service),
    owner,
  });
}

/** Lets KServe use a runtime that is switched off. */
export function enableRuntime(service: ResourceRef, runtime: Runtime, owner: Lookup<FieldOwner> | undefined): Fix {
  const { ref } = runtime.object;
  return fix({
    title: `Enable ${runtime.title}`,
    applicability: 'review',
    effect: `${ref.namespace === undefined ? 'Every InferenceService of the cluster' : `Every InferenceService of namespace ${ref.namespace}`} may be given this runtime.`,
    steps: [patch(ref, { spec: { disabled: false } })],
    undo: [patch(ref, { spec: { disabled: true } })],
    verify: verifyWithInferscope(service),
    owner,
  });
}

/** Where no command can be computed: what there is, and what would help. `title` is an imperative, `words` are sentences. */
export function provideRuntime(service: ResourceRef, title: string, words: string): Fix {
  return fix({
    title,
    applicability: 'advice',
    effect: 'KServe makes the pods as soon as a runtime fits.',
    steps: [
      kubectl({}, ['get', 'clusterservingruntimes'], false),
      kubectl(service, ['get', 'servingruntimes'], false),
      manual(words),
    ],
    verify: verifyWithInferscope(service),
  });
}
