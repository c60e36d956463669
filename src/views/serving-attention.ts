/**
 * Whether the controller of a serving resource has done its work on the newest spec: it has not where there is no status at all, where the status
 * speaks of an older spec, or where nothing was made and nothing is said. Names the controller whose work it is; it does not say why.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { groupOf, type ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { isCurrent } from './condition-words.ts';
import { kubeObject } from './kube-object.ts';
import { madeNothing } from './made-nothing.ts';
import { conditionsOf } from './parse/conditions.ts';
import type { ComponentId } from './parse/platform-components.ts';
import { secondsBetween } from './parse/time.ts';

export interface ServingAttention {
  readonly object: KubeObject;
  readonly controller: ComponentId;
  /** silent: no status. behind: the status is of an older spec. idle: nothing was made and no reason is given. */
  readonly lack?: 'silent' | 'behind' | 'idle';
  /** How long it has been so at least; undefined where nothing tells. */
  readonly seconds?: number;
  readonly cite: Citation;
}

/** Kinds whose controllers write a status at once. ServingRuntimes, for one, never have any. */
export const ATTENDED: readonly string[] = [
  'InferenceService',
  'InferenceGraph',
  'TrainedModel',
  'LLMInferenceService',
  'Service.serving.knative.dev',
  'Configuration',
  'Revision',
  'Route',
];

/** A controller that runs answers within seconds; a change of leader takes at most 15 (controller-runtime leader election defaults). */
export const LONG_SECONDS = 60;

export const servingAttention = defineView<Lookup<ServingAttention>>({
  id: 'serving-attention',
  needs: [],
  uses: [kubeObject, madeNothing],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const lack = lackOf(object, isBare(context, subject));
    const seconds = waited(object, lack, context.now);
    return {
      state: 'present',
      cite: found.cite,
      value: {
        object,
        controller: controllerFor(object),
        ...(lack === undefined ? {} : { lack }),
        ...(seconds === undefined ? {} : { seconds }),
        cite:
          lack === 'behind'
            ? object.cite('generation that the status speaks of', '/status/observedGeneration')
            : lack === 'silent'
              ? object.cite('no status', '')
              : object.cite('its conditions', '/status/conditions'),
      },
    };
  },
});

/** Only where it would have been seen: what was not collected may be there. */
function isBare(context: ViewContext, subject: ResourceRef): boolean {
  if (!['InferenceService', 'InferenceGraph'].includes(subject.kind)) return false;
  const nothing = context.use(madeNothing, subject);
  return nothing.state === 'present' && nothing.value;
}

function lackOf(object: KubeObject, bare: boolean): ServingAttention['lack'] {
  // The generation rises with the deletion itself: what hangs then is a finalizer.
  if (textAt(object.body, 'metadata', 'deletionTimestamp') !== undefined) return undefined;
  const conditions = conditionsOf(object.body);
  if (conditions.length === 0) return 'silent';
  if (!isCurrent(object)) return 'behind';
  const said = conditions.some(({ status, reason }) => status === 'True' || status === 'False' || reason !== '');
  const told = textAt(object.body, 'status', 'modelStatus', 'lastFailureInfo', 'reason') !== undefined;
  return !said && !told && bare ? 'idle' : undefined;
}

/** Since it was made, or since its spec was last written where the reduced managedFields tell. */
function waited(object: KubeObject, lack: ServingAttention['lack'], now: string): number | undefined {
  const created = secondsBetween(textAt(object.body, 'metadata', 'creationTimestamp'), now);
  if (lack !== 'behind') return created;
  return secondsBetween(newestWrite(object), now);
}

function newestWrite(object: KubeObject): string | undefined {
  const times = listAt(object.body, 'metadata', 'managedFields').flatMap((entry) =>
    textAt(entry, 'subresource') === undefined ? (textAt(entry, 'time') ?? []) : [],
  );
  return times.sort().at(-1);
}

function controllerFor({ ref, body }: KubeObject): ComponentId {
  const group = groupOf(ref.apiVersion);
  if (ref.kind === 'LLMInferenceService') return 'llmisvc-controller';
  if (group === 'serving.knative.dev') return 'knative-controller';
  // kserve pkg/constants: KServe itself skips objects of this mode.
  const mode = textAt(body, 'metadata', 'annotations', 'serving.kserve.io/deploymentMode');
  return mode === 'ModelMesh' && ref.kind === 'InferenceService' ? 'modelmesh-controller' : 'kserve-controller';
}

/** The observed step: `InferenceService x has no status`. */
export function lackText({ lack }: ServingAttention, ref: ResourceRef): string {
  const name = nameWithKind(ref);
  if (lack === 'silent') return `${name} has no status`;
  if (lack === 'behind') return `the status of ${name} is that of an older spec`;
  return `nothing was made for ${name}, and it gives no reason`;
}
