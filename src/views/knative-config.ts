/**
 * The ConfigMaps of Knative Serving (`config-deployment`, `config-autoscaler` …): where one lies and what it sets. What stands only in `_example` is
 * not set: it is a comment that no program reads (knative.dev/pkg configmap/parse.go, configmap/example.go).
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type View, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';

/** As shipped; operators and distributions may choose another. */
export const KNATIVE_NAMESPACE = 'knative-serving';

/** Who makes Revisions, and looks up the digests of their tags, as shipped. */
export const KNATIVE_CONTROLLER: ResourceRef = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: KNATIVE_NAMESPACE,
  name: 'controller',
};

export type KnativeConfigName =
  | 'config-autoscaler'
  | 'config-defaults'
  | 'config-deployment'
  | 'config-domain'
  | 'config-features'
  | 'config-gc'
  | 'config-network';

export function configRef(context: ViewContext, name: KnativeConfigName): ResourceRef {
  const usual: ResourceRef = { apiVersion: 'v1', kind: 'ConfigMap', namespace: KNATIVE_NAMESPACE, name };
  const elsewhere = context
    .list('ConfigMap')
    .items.find(({ ref }) => ref.name === name && ref.namespace?.startsWith('knative') === true);
  return elsewhere?.ref ?? usual;
}

/** The caller declares the need `ConfigMap`. */
export function knativeConfig(context: ViewContext, name: KnativeConfigName): Lookup<KubeObject> {
  return context.object(configRef(context, name));
}

/** What a ConfigMap sets, without its comment. */
export function settingsOf(config: KubeObject): Readonly<Record<string, string>> {
  const settings: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(textMapAt(config.body, 'data')))
    if (key !== '_example') settings[key] = value;
  return settings;
}

/** A ConfigMap as rules need that judge a refusal by what it sets. */
export interface KnativeSettings {
  readonly ref: ResourceRef;
  readonly found: Lookup<KubeObject>;
  /** Empty where it was not seen. */
  readonly data: Readonly<Record<string, string>>;
  readonly owner: Lookup<FieldOwner>;
}

function settingsView(name: KnativeConfigName): View<KnativeSettings> {
  return defineView({
    id: `knative-${name}`,
    needs: [{ type: 'object', kind: 'ConfigMap' }],
    uses: [fieldOwner],
    derive(context) {
      const ref = configRef(context, name);
      const found = context.object(ref);
      return {
        ref,
        found,
        data: found.state === 'present' ? settingsOf(found.value) : {},
        owner: context.use(fieldOwner, ref),
      };
    },
  });
}

export const configFeatures = settingsView('config-features');
export const configDefaults = settingsView('config-defaults');
export const configAutoscaler = settingsView('config-autoscaler');

/** Shows a setting, or that it is not set; empty where the ConfigMap was not read. */
export function citeSetting({ ref, found }: Pick<KnativeSettings, 'ref' | 'found'>, key: string): readonly Citation[] {
  if (found.state === 'unknown') return [];
  if (found.state === 'absent') return [found.cite];
  const isSet = textAt(found.value.body, 'data', key) !== undefined;
  return [found.value.cite(isSet ? key : `${ref.name} does not set ${key}`, `/data/${key}`)];
}
