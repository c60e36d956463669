/**
 * ConfigMap inferenceservice-config, which KServe reads at every reconcile: what in it cannot be read. Parses the JSON in its keys; it judges only
 * what keeps the controller from working.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { isObject, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { platformComponent, useComponent } from './platform-component.ts';
import { modeOf } from './serving-mode.ts';

export interface ConfigFault {
  readonly key: string;
  /** `is no JSON`, `lacks ingressGateway`. */
  readonly what: string;
  readonly cite: Citation;
}

export interface KserveConfig {
  readonly ref: ResourceRef;
  readonly found: Lookup<KubeObject>;
  readonly faults: readonly ConfigFault[];
  readonly owner: Lookup<FieldOwner>;
}

/** Every one of them is JSON (kserve pkg/apis/serving/v1beta1/configmap.go); others, such as `_example`, are not read. */
const KEYS: ReadonlySet<string> = new Set([
  'explainers',
  'storageInitializer',
  'credentials',
  'ingress',
  'logger',
  'batcher',
  'agent',
  'router',
  'deploy',
  'metricsAggregator',
  'opentelemetryCollector',
  'autoscaler',
  'security',
  'service',
  'localModel',
  'inferenceService',
  'resource',
  'multiNode',
]);

/** JSON of a longer text is not parsed: the API server takes ConfigMaps of up to a mebibyte. */
export const LONGEST_JSON = 200_000;

export const kserveConfig = defineView<KserveConfig>({
  id: 'kserve-config',
  needs: [{ type: 'object', kind: 'ConfigMap' }],
  uses: [platformComponent('kserve-controller'), fieldOwner],
  derive(context) {
    const controller = useComponent(context, 'kserve-controller');
    const namespace =
      (controller.state === 'present' ? controller.value.workload.ref.namespace : undefined) ?? 'kserve';
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'inferenceservice-config' };
    const found = context.object(ref);
    return {
      ref,
      found,
      faults: found.state === 'present' ? faultsOf(found.value) : [],
      owner: context.use(fieldOwner, ref),
    };
  },
});

function faultsOf(object: KubeObject): readonly ConfigFault[] {
  const faults: ConfigFault[] = [];
  const data = textMapAt(object.body, 'data');
  for (const [key, text] of Object.entries(data)) {
    if (!KEYS.has(key)) continue;
    const what = text.length > LONGEST_JSON ? undefined : faultIn(key, text);
    if (what !== undefined) faults.push({ key, what, cite: object.cite(`key ${key}`, `/data/${key}`) });
  }
  return faults;
}

function faultIn(key: string, text: string): string | undefined {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // SyntaxError is all that JSON.parse throws; its words name the place.
    return `is no JSON${error instanceof SyntaxError ? placeIn(error.message) : ''}`;
  }
  if (!isObject(value)) return 'is no JSON object';
  // kserve configmap.go NewDeployConfig, NewIngressConfig.
  if (key === 'deploy') {
    const mode = textAt(value, 'defaultDeploymentMode');
    if (mode === undefined || mode === '') return 'lacks defaultDeploymentMode';
    return modeOf(mode) !== undefined ? undefined : `has defaultDeploymentMode ${mode.slice(0, 40)}, which is no mode`;
  }
  if (key === 'ingress' && textAt(value, 'ingressGateway') === undefined && value['enableGatewayApi'] !== true)
    return 'lacks ingressGateway';
  return undefined;
}

/** ` (position 17)`; engines word the rest differently. */
function placeIn(message: string): string {
  const place = /position (\d{1,7})/.exec(message)?.[1];
  return place === undefined ? '' : ` (from character ${place} on)`;
}
