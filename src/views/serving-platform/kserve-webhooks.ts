/** The admission webhooks of KServe: which are configured, with what certificate authority, and whether anything answers them. */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { listAt, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { byName } from '../parse/by-name.ts';
import { readyBackends, type ReadyBackends } from '../ready-backends.ts';

export interface KserveWebhook {
  readonly configuration: KubeObject;
  readonly index: number;
  readonly name: string;
  /** No certificate authority was written into it. */
  readonly unsigned: boolean;
  /** `kserve/serving-cert`: the Certificate that cert-manager takes it from. */
  readonly injectFrom?: string;
  /** The service CA of OpenShift is to write it. */
  readonly byServiceCa: boolean;
}

export interface KserveWebhooks {
  readonly webhooks: readonly KserveWebhook[];
  /** One of them mutates pods: it injects what loads the model. */
  readonly mutatesPods: boolean;
  readonly gaps: readonly EvidenceGap[];
  /** Shows that mutating webhooks were read whole. */
  readonly seen?: Citation;
  readonly service?: { readonly ref: ResourceRef; readonly backends: Lookup<ReadyBackends> };
}

const CONFIGURATIONS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'];
/** kserve config/webhook/manifests.yaml; that of KFServing ends the same. */
const OWN = /\bk(?:f)?serv(?:e|ing)-webhook-server\b/;
/** The manifests carry `Cg==`, a line feed, until somebody writes the real one. */
const LONGEST_EMPTY = 8;

/** Derive it on `CLUSTER`. */
export const kserveWebhooks = defineView<KserveWebhooks>({
  id: 'kserve-webhooks',
  needs: CONFIGURATIONS.map((kind) => ({ type: 'object', kind }) as const),
  uses: [readyBackends],
  derive(context) {
    const webhooks: KserveWebhook[] = [];
    const gaps: EvidenceGap[] = [];
    let service: ResourceRef | undefined;
    let mutatesPods = false;
    let seen: Citation | undefined;
    for (const kind of CONFIGURATIONS) {
      const { items, complete } = context.list(kind);
      if (complete.state === 'unknown') gaps.push(complete.gap);
      if (complete.state === 'present') seen ??= complete.cite;
      for (const configuration of byName(items))
        for (const [index, webhook] of listAt(configuration.body, 'webhooks').entries()) {
          const name = textAt(webhook, 'name') ?? '';
          if (!OWN.test(name)) continue;
          const annotations = textMapAt(configuration.body, 'metadata', 'annotations');
          const injectFrom = annotations['cert-manager.io/inject-ca-from'];
          const called = textAt(webhook, 'clientConfig', 'service', 'name');
          const namespace = textAt(webhook, 'clientConfig', 'service', 'namespace');
          if (called !== undefined && namespace !== undefined)
            service ??= { apiVersion: 'v1', kind: 'Service', namespace, name: called };
          mutatesPods ||= kind === 'MutatingWebhookConfiguration' && name.endsWith('.pod-mutator');
          webhooks.push({
            configuration,
            index,
            name,
            unsigned: (textAt(webhook, 'clientConfig', 'caBundle') ?? '').trim().length <= LONGEST_EMPTY,
            ...(injectFrom === undefined ? {} : { injectFrom }),
            byServiceCa: annotations['service.beta.openshift.io/inject-cabundle'] === 'true',
          });
        }
    }
    return {
      webhooks,
      mutatesPods,
      gaps,
      ...(seen === undefined ? {} : { seen }),
      ...(service === undefined ? {} : { service: { ref: service, backends: context.use(readyBackends, service) } }),
    };
  },
});
