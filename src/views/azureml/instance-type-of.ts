/** The InstanceType that an OnlineDeployment or AmlJob of Azure ML names: whether it is there and has what it needs. Cluster-wide objects. */
import { AZUREML_GROUP, isSameName } from '../../model/azureml-labels.ts';
import type { Citation, Lookup } from '../../model/evidence.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { amlarcStatus, type AmlarcStatus } from './amlarc-status.ts';
import { azuremlSpec } from './azureml-spec.ts';
import { judgedResources } from './instance-types.ts';
import { nearestNames } from '../parse/nearest-name.ts';

export interface NamedInstanceType {
  readonly object: KubeObject;
  readonly said: AmlarcStatus;
  readonly type: string;
  readonly cite: Citation;
  readonly found: Lookup<KubeObject>;
  readonly problem?: { readonly text: string; readonly cite: Citation };
  /** Names of all that were seen. */
  readonly known: readonly string[];
  readonly nearest: readonly string[];
}

/** There without an object of its own, unless somebody made one over it. */
const IMPLICIT = 'defaultinstancetype';

export const instanceTypeOf = defineView<Lookup<NamedInstanceType | undefined>>({
  id: 'azureml-instance-type',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'InstanceType' },
  ],
  derive(context, subject) {
    const self = context.object(subject);
    if (self.state !== 'present') return self;
    const object = self.value;
    const written = azuremlSpec(object.body).instanceType;
    const type = typeof written?.value === 'string' ? written.value : '';
    if (written === undefined || type === '') return { state: 'present', value: undefined, cite: self.cite };
    const listing = context.list('InstanceType', { group: AZUREML_GROUP });
    const own = listing.items.find(({ ref }) => isSameName(ref.name, type));
    // The default may be overridden by an object, and need not have one.
    if (own === undefined && type.toLowerCase() === IMPLICIT)
      return { state: 'present', value: undefined, cite: self.cite };
    const found: Lookup<KubeObject> =
      own !== undefined
        ? { state: 'present', value: own, cite: own.cite(`InstanceType ${type}`) }
        : listing.complete.state === 'unknown'
          ? listing.complete
          : { state: 'absent', cite: listing.complete.cite };
    const known = [...listing.items.map(({ ref }) => ref.name), IMPLICIT];
    const [fault] = own === undefined ? [] : judgedResources(own).faults;
    return {
      state: 'present',
      cite: self.cite,
      value: {
        object,
        said: amlarcStatus(object.body),
        type,
        cite: object.cite(`${written.name}: ${type}`, written.pointer),
        found,
        ...(own === undefined || fault === undefined
          ? {}
          : { problem: { text: fault.text, cite: own.cite(fault.text, fault.pointer) } }),
        known,
        nearest: nearestNames(type, known),
      },
    };
  },
});
