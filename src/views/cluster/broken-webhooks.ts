/**
 * Admission webhooks that everything of a common kind (pods, Services, Namespaces …) has to pass and that nobody answers. Those that ask only for objects
 * with certain labels or contents are left out: they belong to one product, and its own checks judge them.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { listAt, objectAt, textAt, textMapAt, type JsonObject } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import { refKey, type ResourceRef } from '../../model/reference.ts';
import { byName } from '../parse/by-name.ts';
import { matchesSelector } from '../parse/selector.ts';
import { fieldOwner, type FieldOwner } from '../field-owner.ts';
import { readyBackends, type BackendWorkload } from '../ready-backends.ts';

export interface BrokenWebhook {
  readonly configuration: KubeObject;
  /** Those of the configuration that ask for common kinds at the same Service; one of them mostly. */
  readonly indexes: readonly number[];
  readonly names: readonly string[];
  /** Plural names of what it asks for: `pods`, `services`. */
  readonly kinds: readonly string[];
  readonly service: ResourceRef;
  readonly lack: 'service' | 'endpoints';
  readonly workload?: BackendWorkload;
  /** `all namespaces`, or those that its selector takes. */
  readonly where: readonly string[] | 'all namespaces';
  /** Namespaces that a selector for all others leaves out. */
  readonly except: readonly string[];
  /** It has conditions on who asks, which were not evaluated. */
  readonly isConditional: boolean;
  readonly cite: Citation;
  /** Shows that nothing is behind it. */
  readonly proof: Citation;
  readonly owner: Lookup<FieldOwner>;
}

export interface PodWebhooks {
  readonly broken: readonly BrokenWebhook[];
  /** Names of those that were judged. */
  readonly judged: readonly string[];
  /** Shows the configurations that were judged. */
  readonly cites: readonly Citation[];
  readonly gaps: readonly EvidenceGap[];
}

const CONFIGURATIONS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

/** What every installation and every model is made of. */
const COMMON: readonly (readonly [group: string, plural: string, scope: 'Namespaced' | 'Cluster'])[] = [
  ['', 'pods', 'Namespaced'],
  ['apps', 'deployments', 'Namespaced'],
  ['', 'services', 'Namespaced'],
  ['', 'configmaps', 'Namespaced'],
  ['', 'secrets', 'Namespaced'],
  ['', 'namespaces', 'Cluster'],
];

/** Derive it on `CLUSTER`. */
export const brokenWebhooks = defineView<PodWebhooks>({
  id: 'broken-webhooks',
  needs: [...CONFIGURATIONS, 'Namespace'].map((kind) => ({ type: 'object', kind }) as const),
  uses: [readyBackends, fieldOwner],
  derive(context) {
    const broken: BrokenWebhook[] = [];
    const judged: string[] = [];
    const cites: Citation[] = [];
    const gaps: EvidenceGap[] = [];
    for (const kind of CONFIGURATIONS) {
      const { items, complete } = context.list(kind);
      if (complete.state === 'unknown') gaps.push(complete.gap);
      if (complete.state === 'present') cites.push(complete.cite);
      for (const configuration of byName(items))
        for (const [index, entry] of listAt(configuration.body, 'webhooks').entries()) {
          const webhook = objectAt(entry);
          const kinds = webhook === undefined ? [] : kindsThatMustPass(webhook);
          if (webhook === undefined || kinds.length === 0) continue;
          const result = judge(context, configuration, index, webhook, kinds);
          if (result === undefined) continue;
          judged.push(textAt(webhook, 'name') ?? configuration.ref.name);
          if (result.gap !== undefined) gaps.push(result.gap);
          if (result.broken !== undefined) broken.push(result.broken);
        }
    }
    return { broken: joined(broken), judged, cites, gaps };
  },
});

/** A configuration with a webhook for each kind (Kueue) is one fault. */
function joined(broken: readonly BrokenWebhook[]): readonly BrokenWebhook[] {
  const byPlace = new Map<string, BrokenWebhook>();
  for (const one of broken) {
    const where = one.where === 'all namespaces' ? one.where : one.where.join();
    const key = [refKey(one.configuration.ref), refKey(one.service), where, one.isConditional].join('|');
    const known = byPlace.get(key);
    byPlace.set(
      key,
      known === undefined
        ? one
        : {
            ...known,
            indexes: [...known.indexes, ...one.indexes],
            names: [...known.names, ...one.names],
            kinds: [...new Set([...known.kinds, ...one.kinds])],
            except: known.except.filter((name) => one.except.includes(name)),
          },
    );
  }
  return [...byPlace.values()];
}

/** Fail is the default (admissionregistration.k8s.io/v1). */
function kindsThatMustPass(webhook: JsonObject): readonly string[] {
  if ((textAt(webhook, 'failurePolicy') ?? 'Fail') !== 'Fail') return [];
  if (demands(objectAt(webhook, 'objectSelector'))) return [];
  // Conditions on what the object holds make it one product's business.
  if (matchConditionsOf(webhook).some((expression) => /\b(?:old)?object\b/i.test(expression))) return [];
  const rules = listAt(webhook, 'rules').filter((rule) =>
    listAt(rule, 'operations').some((operation) => operation === 'CREATE' || operation === '*'),
  );
  return COMMON.filter(([group, plural, scope]) =>
    rules.some(
      (rule) =>
        [scope, '*'].includes(textAt(rule, 'scope') ?? '*') &&
        listAt(rule, 'apiGroups').some((asked) => asked === group || asked === '*') &&
        listAt(rule, 'resources').some((asked) => asked === plural || asked === '*' || asked === '*/*'),
    ),
  ).map(([, plural]) => plural);
}

function matchConditionsOf(webhook: JsonObject): readonly string[] {
  return listAt(webhook, 'matchConditions').map((condition) => textAt(condition, 'expression') ?? '');
}

/** Whether a selector takes only what carries a label. */
function demands(selector: JsonObject | undefined): boolean {
  if (selector === undefined) return false;
  if (Object.keys(textMapAt(selector, 'matchLabels')).length > 0) return true;
  return listAt(selector, 'matchExpressions').some((entry) =>
    ['In', 'Exists'].includes(textAt(entry, 'operator') ?? ''),
  );
}

/** Those that its selector takes; unknown where it asks for labels and not all Namespaces were read. */
function namespacesOf(
  context: ViewContext,
  webhook: JsonObject,
): BrokenWebhook['where'] | { readonly gap: EvidenceGap } {
  const selector = objectAt(webhook, 'namespaceSelector');
  if (!demands(selector)) return 'all namespaces';
  const { items, complete } = context.list('Namespace');
  const names = items
    .filter(({ body }) => matchesSelector(selector, textMapAt(body, 'metadata', 'labels')))
    .map(({ ref }) => ref.name)
    .toSorted();
  return names.length === 0 && complete.state === 'unknown' ? { gap: complete.gap } : names;
}

function namespacesLeftOut(context: ViewContext, webhook: JsonObject): readonly string[] {
  const selector = objectAt(webhook, 'namespaceSelector');
  if (selector === undefined) return [];
  return context
    .list('Namespace')
    .items.filter(({ body }) => !matchesSelector(selector, textMapAt(body, 'metadata', 'labels')))
    .map(({ ref }) => ref.name)
    .toSorted();
}

/** Undefined where it is none of those that are judged; nothing in it where its server answers. */
function judge(
  context: ViewContext,
  configuration: KubeObject,
  index: number,
  webhook: JsonObject,
  kinds: readonly string[],
): { readonly broken?: BrokenWebhook; readonly gap?: EvidenceGap } | undefined {
  const namespace = textAt(webhook, 'clientConfig', 'service', 'namespace');
  const name = textAt(webhook, 'clientConfig', 'service', 'name');
  // A URL outside of the cluster is not seen from inside.
  if (namespace === undefined || name === undefined) return undefined;
  const where = namespacesOf(context, webhook);
  if (where !== 'all namespaces') {
    if (!('gap' in where) && where.length === 0) return undefined;
    // Other kinds in some namespaces only: one product watches over its own (Knative over ConfigMaps of knative-serving).
    if (!kinds.includes('pods')) return undefined;
  }
  const service: ResourceRef = { apiVersion: 'v1', kind: 'Service', namespace, name };
  const backends = context.use(readyBackends, service);
  if (backends.state === 'unknown') return { gap: backends.gap };
  if (backends.state === 'present' && backends.value.ready > 0) return {};
  if (typeof where === 'object' && 'gap' in where) return where;
  const [workload] = backends.state === 'present' ? backends.value.workloads : [];
  return {
    broken: {
      configuration,
      indexes: [index],
      names: [textAt(webhook, 'name') ?? ''],
      kinds,
      service,
      lack: backends.state === 'absent' ? 'service' : 'endpoints',
      ...(workload === undefined ? {} : { workload }),
      where,
      except: where === 'all namespaces' ? namespacesLeftOut(context, webhook) : [],
      isConditional: matchConditionsOf(webhook).length > 0,
      cite: configuration.cite('the webhook', `/webhooks/${index}/clientConfig/service`),
      proof: backends.state === 'absent' ? backends.cite : backends.value.cites[0],
      owner: context.use(fieldOwner, configuration.ref),
    },
  };
}
