/**
 * How KServe runs an InferenceService: through Knative, as a Deployment of its own, or in the shared pods of ModelMesh. Reads what was decided or
 * must be decided; where nothing tells, it is unknown.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import { pointerTo, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import { groupOf } from '../model/reference.ts';

export type ServingMode = 'Knative' | 'Standard' | 'ModelMesh';

export interface ServingModeFact {
  readonly mode: ServingMode;
  /** As it is written; older releases write Serverless and RawDeployment. */
  readonly written: string;
  /** Who says so: KServe's status, a person's annotation, what was made, the default of the installation, or a release that knew only one. */
  readonly from: 'status' | 'annotation' | 'children' | 'configmap' | 'generation';
  readonly cite: Citation;
}

/** kserve pkg/constants/constants.go; Serverless and RawDeployment until 0.15, and accepted since. */
const MODES: Readonly<Record<string, ServingMode>> = {
  Knative: 'Knative',
  Serverless: 'Knative',
  Standard: 'Standard',
  RawDeployment: 'Standard',
  ModelMesh: 'ModelMesh',
};

const ANNOTATION = 'serving.kserve.io/deploymentMode';
const CONFIG_NAME = 'inferenceservice-config';
/** The namespace that KServe's manifests use; a ConfigMap of that name counts wherever it is seen. */
const USUAL_NAMESPACE = 'kserve';

/** The order is KServe's own: status, annotation, default (utils.go GetDeploymentMode). Absent where the object does not exist. */
export const servingMode = defineView<Lookup<ServingModeFact>>({
  id: 'serving-mode',
  needs: [
    { type: 'object', kind: 'InferenceService' },
    { type: 'object', kind: 'Service.serving.knative.dev' },
    { type: 'object', kind: 'Deployment' },
    { type: 'object', kind: 'ConfigMap' },
  ],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return found;
    const object = found.value;
    const status = factFrom(object, ['status', 'deploymentMode'], 'status');
    if (status !== undefined) return present(status);
    const annotation = factFrom(object, ['metadata', 'annotations', ANNOTATION], 'annotation');
    if (annotation !== undefined) return present(annotation);
    // KFServing ran everything through Knative: the other modes came with KServe 0.7.
    if (groupOf(object.ref.apiVersion) === 'serving.kubeflow.org')
      return present({ mode: 'Knative', written: '', from: 'generation', cite: found.cite });
    const made = madeOf(context, object);
    return made === undefined ? defaultOf(context) : present(made);
  },
});

function present(value: ServingModeFact): Lookup<ServingModeFact> {
  return { state: 'present', value, cite: value.cite };
}

function factFrom(
  object: KubeObject,
  path: readonly string[],
  from: 'status' | 'annotation',
): ServingModeFact | undefined {
  const written = textAt(object.body, ...path) ?? '';
  const mode = modeOf(written);
  return mode === undefined
    ? undefined
    : { mode, written, from, cite: object.cite('the deployment mode', pointerTo(...path)) };
}

/** Undefined for what is no mode. */
export function modeOf(written: string): ServingMode | undefined {
  return Object.hasOwn(MODES, written) ? MODES[written] : undefined;
}

function madeOf(context: ViewContext, object: KubeObject): ServingModeFact | undefined {
  for (const child of context.ownedBy(object.ref)) {
    const knative = child.ref.kind === 'Service' && groupOf(child.ref.apiVersion) === 'serving.knative.dev';
    if (!knative && child.ref.kind !== 'Deployment') continue;
    const mode = knative ? 'Knative' : 'Standard';
    return { mode, written: '', from: 'children', cite: child.cite(`what KServe made for ${object.ref.name}`) };
  }
  return undefined;
}

function defaultOf(context: ViewContext): Lookup<ServingModeFact> {
  const seen = context.list('ConfigMap').items.find(({ ref }) => ref.name === CONFIG_NAME);
  const config: Lookup<KubeObject> =
    seen === undefined
      ? context.object({ apiVersion: 'v1', kind: 'ConfigMap', namespace: USUAL_NAMESPACE, name: CONFIG_NAME })
      : { state: 'present', value: seen, cite: seen.cite('the configuration of KServe') };
  if (config.state === 'unknown') return config;
  const unknown = (detail: string): Lookup<ServingModeFact> => ({ state: 'unknown', gap: gapOf(context, detail) });
  if (config.state === 'absent') return unknown('the ConfigMap of KServe is not in its usual namespace');
  const deploy = textAt(config.value.body, 'data', 'deploy');
  // Tolerant of a `deploy` that is no JSON: that is another rule's finding.
  const written = /"defaultDeploymentMode"\s*:\s*"([A-Za-z]{1,40})"/.exec(deploy ?? '')?.[1];
  const mode = written === undefined ? undefined : modeOf(written);
  if (written === undefined || mode === undefined) return unknown('its default names no mode that is known');
  return present({
    mode,
    written,
    from: 'configmap',
    cite: config.value.cite('the default deployment mode', '/data/deploy'),
  });
}

function gapOf(context: ViewContext, detail: string): EvidenceGap {
  return context.notRequested('the deployment mode of KServe', detail);
}
