/**
 * What KServe does with an InferenceService that says nothing of its own: the deployment mode and the way in, from ConfigMap inferenceservice-config.
 * A value that cannot be read is left out; that is for another check.
 */
import type { Citation, Lookup } from '../../model/evidence.ts';
import { booleanAt, isObject, textAt, type JsonObject } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import type { FieldOwner } from '../field-owner.ts';
import { kserveConfig, LONGEST_JSON } from '../kserve-config.ts';
import { modeOf, type ServingMode } from '../serving-mode.ts';

export interface ServingDefaults {
  readonly config: KubeObject;
  readonly owner: Lookup<FieldOwner>;
  /** Undefined where the ConfigMap names none that is known. */
  readonly mode: ServingMode | undefined;
  /** As it is written: Serverless and RawDeployment until 0.15, and accepted since. */
  readonly written: string;
  readonly modeCite: Citation;
  readonly gatewayApi: boolean;
  /** Of the Gateway API: `kserve/kserve-ingress-gateway`. */
  readonly gateway: string | undefined;
  readonly ingressClass: string | undefined;
  /** Models are called from inside of the cluster only: nothing is made for requests from outside. */
  readonly noIngress: boolean;
  readonly ingressCite: Citation;
}

/** Derive it on `CLUSTER`. Absent where KServe's namespace has no such ConfigMap. */
export const servingDefaults = defineView<Lookup<ServingDefaults>>({
  id: 'serving-defaults',
  needs: [],
  uses: [kserveConfig],
  derive(context, subject) {
    const { found, owner } = context.use(kserveConfig, subject);
    if (found.state !== 'present') return found;
    const config = found.value;
    const deploy = jsonIn(config, 'deploy');
    const ingress = jsonIn(config, 'ingress');
    const written = textAt(deploy, 'defaultDeploymentMode') ?? '';
    return {
      state: 'present',
      cite: found.cite,
      value: {
        config,
        owner,
        mode: modeOf(written),
        written,
        modeCite: config.cite('the default deployment mode', '/data/deploy'),
        gatewayApi: booleanAt(ingress, 'enableGatewayApi') ?? false,
        gateway: textAt(ingress, 'kserveIngressGateway'),
        ingressClass: textAt(ingress, 'ingressClassName'),
        noIngress:
          booleanAt(ingress, 'disableIngressCreation') === true ||
          textAt(ingress, 'ingressDomain') === 'svc.cluster.local',
        ingressCite: config.cite('what KServe makes for requests', '/data/ingress'),
      },
    };
  },
});

/** The JSON object in a key of a ConfigMap; empty where it holds none. */
export function jsonIn(config: KubeObject, key: string): JsonObject {
  const text = textAt(config.body, 'data', key) ?? '';
  if (text.trim() === '' || text.length > LONGEST_JSON) return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch (error) {
    // That a value is no JSON is a check of its own (kserveConfig); here it says nothing.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
