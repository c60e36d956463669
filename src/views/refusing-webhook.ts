/**
 * The webhook that refused an object or could not be called: the configuration that holds it, its failure policy, and what stands behind its
 * Service. Says what was seen; a Service that the snapshot does not hold is unknown, never missing.
 */
import type { Lookup } from '../model/evidence.ts';
import { at, listAt, numberAt, objectAt, textAt, textMapAt, type JsonObject } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { nameWithKind } from '../model/kinds.ts';
import { admissionRefusal } from './admission-refusal.ts';
import { fieldOwner, type FieldOwner } from './field-owner.ts';
import { serviceEndpoints, type ServiceEndpoints } from './service-endpoints.ts';

export interface WebhookConfigurationFact {
  readonly object: KubeObject;
  readonly index: number;
  readonly pointer: string;
  readonly failurePolicy: string;
  readonly webhook: JsonObject;
  readonly owner: Lookup<FieldOwner>;
}

export interface RefusingWebhook {
  readonly name: string;
  /** Unknown where the lists of webhook configurations were not read. */
  readonly configuration: Lookup<WebhookConfigurationFact>;
  readonly service?: { readonly ref: ResourceRef; readonly found: Lookup<ServiceEndpoints> };
  /** Deployments and StatefulSets whose pods the Service selects. */
  readonly backends: readonly { readonly object: KubeObject; readonly replicas: number; readonly ready: number }[];
  /** Whether the Deployments of the Service's namespace were seen whole: webhooks are hardly ever served by anything else. */
  readonly backendsSeen: boolean;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;

const CONFIGURATIONS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];

export const refusingWebhook = defineView<RefusingWebhook | undefined>({
  id: 'refusing-webhook',
  needs: [...CONFIGURATIONS, 'Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({ type: 'object', kind })),
  uses: [admissionRefusal, serviceEndpoints, fieldOwner],
  derive(context, subject) {
    const refusal = context.use(admissionRefusal, subject);
    if (refusal.state !== 'refused') return undefined;
    const { error } = refusal;
    if (error.class !== 'webhook-denied' && error.class !== 'webhook-unreachable') return undefined;
    const configuration = configurationOf(context, error.webhook);
    const ref = serviceOf(configuration, error.class === 'webhook-unreachable' ? error.service : undefined);
    const found = ref === undefined ? undefined : context.use(serviceEndpoints, ref);
    return {
      name: error.webhook,
      configuration,
      ...(ref === undefined || found === undefined ? {} : { service: { ref, found } }),
      backends: ref !== undefined && found?.state === 'present' ? backendsOf(context, ref, found.value.selector) : [],
      backendsSeen:
        ref?.namespace !== undefined &&
        context.list('Deployment', { namespace: ref.namespace }).complete.state === 'present',
    };
  },
});

function configurationOf(context: ViewContext, name: string): Lookup<WebhookConfigurationFact> {
  const seen: Lookup<true>[] = [];
  for (const kind of CONFIGURATIONS) {
    const listing = context.list(kind);
    for (const object of listing.items) {
      const webhooks = listAt(object.body, 'webhooks');
      const index = webhooks.findIndex((webhook) => textAt(webhook, 'name') === name);
      if (index < 0) continue;
      const pointer = `/webhooks/${index}`;
      // What it calls: the whole entry would show little but its CA bundle.
      const called = ['service', 'url'].find((field) => at(webhooks[index], 'clientConfig', field) !== undefined);
      const server = called === undefined ? '' : `/clientConfig/${called}`;
      return {
        state: 'present',
        cite: object.cite(nameWithKind(object.ref), `${pointer}${server}`),
        value: {
          object,
          index,
          pointer,
          // admissionregistration.k8s.io/v1 defaults to Fail.
          failurePolicy: textAt(webhooks[index], 'failurePolicy') ?? 'Fail',
          webhook: objectAt(object.body, 'webhooks', index) ?? {},
          owner: context.use(fieldOwner, object.ref),
        },
      };
    }
    seen.push(listing.complete);
  }
  // The webhook may stand in a list that was not read whole, of either kind.
  const unread = seen.find((complete) => complete.state === 'unknown');
  if (unread?.state === 'unknown') return unread;
  const whole = seen.find((complete) => complete.state === 'present');
  return whole?.state === 'present'
    ? { state: 'absent', cite: whole.cite }
    : {
        state: 'unknown',
        gap: context.notRequested(`the configuration of webhook ${name}`, 'no webhook configuration was collected'),
      };
}

function serviceOf(
  configuration: Lookup<WebhookConfigurationFact>,
  named: { readonly namespace: string; readonly name: string } | undefined,
): ResourceRef | undefined {
  const service =
    configuration.state === 'present' ? objectAt(configuration.value.webhook, 'clientConfig', 'service') : undefined;
  const name = named?.name ?? textAt(service, 'name');
  const namespace = named?.namespace ?? textAt(service, 'namespace');
  if (name === undefined || namespace === undefined) return undefined;
  return { apiVersion: 'v1', kind: 'Service', namespace, name };
}

function backendsOf(
  context: ViewContext,
  service: ResourceRef,
  selector: Readonly<Record<string, string>>,
): RefusingWebhook['backends'] {
  const pairs = Object.entries(selector);
  if (pairs.length === 0 || service.namespace === undefined) return [];
  const { namespace } = service;
  return WORKLOADS.flatMap((kind) =>
    context
      .list(kind, { namespace })
      .items.filter((object) => {
        const labels = textMapAt(object.body, 'spec', 'template', 'metadata', 'labels');
        return pairs.every(([key, value]) => labels[key] === value);
      })
      .map((object) => ({
        object,
        replicas: numberAt(object.body, 'spec', 'replicas') ?? 1,
        ready: numberAt(object.body, 'status', kind === 'DaemonSet' ? 'numberReady' : 'readyReplicas') ?? 0,
      })),
  );
}
