/** The Service of the inference router of Azure ML: its address and who stands behind it. It judges nothing. */
import { isAzureml } from '../../model/azureml-names.ts';
import type { Citation, Lookup } from '../../model/evidence.ts';
import { isObject, listAt, textAt } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import type { ResourceRef } from '../../model/reference.ts';
import { amlarcStatus } from './amlarc-status.ts';
import { ROUTER_SERVICE } from './extension-plan.ts';
import { ALL_COMPONENTS, useComponent } from '../platform-component.ts';
import { secondsBetween } from '../parse/time.ts';
import { serviceEndpoints } from '../service-endpoints.ts';

export interface ScoringAddress {
  readonly service: ResourceRef;
  readonly found: Lookup<KubeObject>;
  /** Where the status of the object says that scoring was not possible. */
  readonly says?: Citation;
  /** Of type LoadBalancer, and without an address for longer than a provider takes. */
  readonly pending?: { readonly seconds: number; readonly cite: Citation };
  readonly readyPods: number;
  readonly selected: number;
  /** Without a selector somebody else keeps the addresses behind it. */
  readonly selects: boolean;
  readonly podsSeen: Lookup<true>;
  readonly routerDown?: readonly [Citation, ...Citation[]];
}

/** A provider gives an address within a minute or two. */
const LONG_SECONDS = 300;

export const scoringAddress = defineView<ScoringAddress | undefined>({
  id: 'azureml-scoring-address',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Service' },
  ],
  uses: [serviceEndpoints, ...ALL_COMPONENTS],
  derive(context, subject) {
    const self = context.object(subject);
    if (self.state !== 'present' || !isAzureml(subject)) return undefined;
    const said = amlarcStatus(self.value.body);
    const named = said.state === 'ok' ? undefined : /ValidateScoringFailed/.exec(said.text)?.[0];
    const found = context.object(ROUTER_SERVICE);
    const endpoints = context.use(serviceEndpoints, ROUTER_SERVICE);
    const router = useComponent(context, 'azureml-router');
    const present = found.state === 'present' ? found.value : undefined;
    const pending = present === undefined ? undefined : pendingOf(present, context.now);
    return {
      service: ROUTER_SERVICE,
      found,
      ...(named === undefined ? {} : { says: self.value.cite(`its status says ${named}`, said.pointer) }),
      ...(pending === undefined ? {} : { pending }),
      readyPods: endpoints.state === 'present' ? endpoints.value.readyPods : 0,
      selected: endpoints.state === 'present' ? endpoints.value.selected.length : 0,
      selects: endpoints.state === 'present' && Object.keys(endpoints.value.selector).length > 0,
      podsSeen: endpoints.state === 'present' ? endpoints.value.podsSeen : endpoints,
      ...(router.state === 'present' && router.value.down ? { routerDown: router.value.cites } : {}),
    };
  },
});

function pendingOf(service: KubeObject, now: string): ScoringAddress['pending'] {
  if (textAt(service.body, 'spec', 'type') !== 'LoadBalancer') return undefined;
  const entries = listAt(service.body, 'status', 'loadBalancer', 'ingress');
  if (entries.some((entry) => isObject(entry) && (textAt(entry, 'ip') ?? textAt(entry, 'hostname')) !== undefined))
    return undefined;
  const seconds = secondsBetween(textAt(service.body, 'metadata', 'creationTimestamp'), now) ?? 0;
  return seconds < LONG_SECONDS
    ? undefined
    : { seconds, cite: service.cite('no address in its status', '/status/loadBalancer') };
}
