/**
 * What KServe says of a model that it will not even try to start, and what the InferenceService asks of a runtime. Reads spec and status; it looks
 * for no runtime.
 */
import type { Citation } from '../model/evidence.ts';
import { listAt, objectAt, textAt, type JsonObject } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { Lookup } from '../model/evidence.ts';
import { conditionsOf, type Condition } from './parse/conditions.ts';
import { kubeObject } from './kube-object.ts';
import { reconcileError, type ReconcileError } from './reconcile-error.ts';

export type ComponentName = 'predictor' | 'transformer' | 'explainer';

export interface InferenceServiceState {
  readonly object: KubeObject;
  readonly conditions: readonly Condition[];
  /** Ready is True. */
  readonly ready: boolean;
  /** The controller wrote a status, whatever it says. */
  readonly hasStatus: boolean;
  /** `status.modelStatus.lastFailureInfo`, only while the model is not loaded: it is never cleared (kserve inference_service_status.go). */
  readonly failure?: { readonly reason: string; readonly message: string; readonly cite: Citation };
  /** An error of the controller that still holds. */
  readonly error?: ReconcileError;
  /** Knative, Standard, ModelMesh; older releases write Serverless and RawDeployment. */
  readonly mode?: string;
  readonly asks: RuntimeRequest;
}

/** What the predictor asks of a runtime. */
export interface RuntimeRequest {
  readonly format?: string;
  readonly version?: string;
  readonly protocol?: string;
  /** The runtime that it names. */
  readonly runtime?: string;
  /** Where that is written, as a JSON pointer. */
  readonly pointer: string;
}

export const inferenceServiceState = defineView<Lookup<InferenceServiceState>>({
  id: 'inference-service-state',
  needs: [],
  uses: [kubeObject, reconcileError],
  derive(context, subject) {
    const found = context.use(kubeObject, subject);
    if (found.state !== 'present') return found;
    return { state: 'present', cite: found.cite, value: stateOf(context, found.value) };
  },
});

function stateOf(context: ViewContext, object: KubeObject): InferenceServiceState {
  const conditions = conditionsOf(object.body);
  const ready = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  const error = context.use(reconcileError, object.ref);
  const failure = ready ? undefined : failureOf(object);
  const mode = textAt(object.body, 'status', 'deploymentMode');
  return {
    object,
    conditions,
    ready,
    hasStatus: conditions.length > 0 || objectAt(object.body, 'status', 'modelStatus') !== undefined,
    ...(failure === undefined ? {} : { failure }),
    ...(error.state === 'met' ? { error } : {}),
    ...(mode === undefined ? {} : { mode }),
    asks: requestOf(object),
  };
}

function failureOf(object: KubeObject): InferenceServiceState['failure'] {
  const info = objectAt(object.body, 'status', 'modelStatus', 'lastFailureInfo');
  const reason = textAt(info, 'reason');
  const transition = textAt(object.body, 'status', 'modelStatus', 'transitionStatus');
  if (reason === undefined || transition === 'UpToDate') return undefined;
  return {
    reason,
    message: textAt(info, 'message') ?? '',
    cite: object.cite('what KServe says of the model', '/status/modelStatus/lastFailureInfo'),
  };
}

/** Predictors of before `model` was there name the format by their key (kserve v1beta1/predictor.go). */
const FORMATS: Readonly<Record<string, string>> = {
  sklearn: 'sklearn',
  xgboost: 'xgboost',
  lightgbm: 'lightgbm',
  tensorflow: 'tensorflow',
  pytorch: 'pytorch',
  triton: 'triton',
  onnx: 'onnx',
  pmml: 'pmml',
  paddle: 'paddle',
  huggingface: 'huggingface',
};

function requestOf({ body }: KubeObject): RuntimeRequest {
  const model = objectAt(body, 'spec', 'predictor', 'model');
  const legacy = Object.keys(FORMATS).find((key) => objectAt(body, 'spec', 'predictor', key) !== undefined);
  const key = model !== undefined || legacy === undefined ? 'model' : legacy;
  const spec = objectAt(body, 'spec', 'predictor', key);
  const format = textAt(spec, 'modelFormat', 'name') ?? (key === 'model' ? undefined : FORMATS[key]);
  const version = textAt(spec, 'modelFormat', 'version');
  const protocol = textAt(spec, 'protocolVersion');
  const runtime = textAt(spec, 'runtime');
  return {
    ...(format === undefined ? {} : { format }),
    ...(version === undefined ? {} : { version }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(runtime === undefined || runtime === '' ? {} : { runtime }),
    pointer: `/spec/predictor/${key}`,
  };
}

export interface ComponentContainers {
  readonly component: ComponentName;
  readonly names: readonly string[];
  readonly pointer: string;
  /** Whether a framework, and not these containers, is what serves. */
  readonly framework: boolean;
}

/** The containers that each component of an InferenceService lists itself. */
export function componentContainers({ body }: KubeObject): readonly ComponentContainers[] {
  return (['predictor', 'transformer', 'explainer'] as const).flatMap((component) => {
    const spec = objectAt(body, 'spec', component);
    const names = listAt(spec, 'containers').map((container) => textAt(container, 'name') ?? '');
    if (names.length === 0) return [];
    const framework = spec !== undefined && hasFramework(spec);
    return [{ component, names, pointer: `/spec/${component}/containers`, framework }];
  });
}

function hasFramework(spec: JsonObject): boolean {
  return ['model', 'art', 'alibi', ...Object.keys(FORMATS)].some((key) => objectAt(spec, key) !== undefined);
}
