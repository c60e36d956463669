/** The OnlineEndpoint that an OnlineDeployment names, and namesakes of an OnlineEndpoint: whether they are there. It judges neither. */
import { azuremlPlaceOf, AZUREML_GROUP, isSameName } from '../../model/azureml-labels.ts';
import { endpointPointer } from '../../model/azureml-names.ts';
import type { Citation, Lookup } from '../../model/evidence.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { amlarcStatus, type AmlarcStatus } from './amlarc-status.ts';
import { nearestNames } from '../parse/nearest-name.ts';

export interface NamedEndpoint {
  readonly object: KubeObject;
  readonly said: AmlarcStatus;
  readonly name: string;
  /** Where it is named. */
  readonly cite: Citation;
  readonly found: Lookup<KubeObject>;
  /** Of that name in other namespaces. */
  readonly elsewhere: readonly KubeObject[];
  readonly nearest: readonly string[];
}

/** Undefined where the object names no endpoint. */
export const azuremlEndpoint = defineView<Lookup<NamedEndpoint | undefined>>({
  id: 'azureml-endpoint',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'OnlineEndpoint' },
  ],
  derive(context, subject) {
    const self = context.object(subject);
    if (self.state !== 'present') return self;
    const object = self.value;
    const name = azuremlPlaceOf(subject, object.body)?.endpoint;
    if (name === undefined) return { state: 'present', value: undefined, cite: self.cite };
    const scope = subject.namespace === undefined ? {} : { namespace: subject.namespace };
    const here = context.list('OnlineEndpoint', { ...scope, group: AZUREML_GROUP });
    const own = (endpoint: KubeObject): boolean =>
      isSameName(azuremlPlaceOf(endpoint.ref, endpoint.body)?.endpoint ?? '', name);
    const endpoint = here.items.find(own);
    const everywhere = context.list('OnlineEndpoint', { group: AZUREML_GROUP });
    const found: Lookup<KubeObject> =
      endpoint !== undefined
        ? { state: 'present', value: endpoint, cite: endpoint.cite(`OnlineEndpoint ${name}`) }
        : here.complete.state === 'unknown'
          ? here.complete
          : { state: 'absent', cite: here.complete.cite };
    return {
      state: 'present',
      cite: self.cite,
      value: {
        object,
        said: amlarcStatus(object.body),
        name,
        cite: object.cite(`endpoint ${name}`, endpointPointer(object.body)),
        found,
        elsewhere: everywhere.items.filter((other) => own(other) && other.ref.namespace !== subject.namespace),
        nearest: nearestNames(
          name,
          here.items.map(({ ref }) => ref.name),
        ),
      },
    };
  },
});
