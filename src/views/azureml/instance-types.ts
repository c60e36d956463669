/**
 * What makes an InstanceType of the Azure ML extension one that its own check refuses: amounts that are missing, no text, no quantity, or contradict
 * each other; and a nodeSelector that no node meets. Sources: azure-ai-docs `how-to-manage-kubernetes-instance-types.md`, and its CRD's validation since
 * 1.1.16. It judges no pod.
 */
import { AZUREML_GROUP } from '../../model/azureml-labels.ts';
import type { Lookup } from '../../model/evidence.ts';
import { at, objectAt, textMapAt, type JsonObject } from '../../model/json.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { definitionRef } from '../installed-versions.ts';
import { extensionPlan } from './extension-plan.ts';
import { parseQuantity } from '../parse/quantity.ts';
import { quoted } from '../parse/quoted.ts';
import { matchesLabels } from '../parse/selector.ts';

export interface JudgedInstanceType {
  readonly object: KubeObject;
  /** `resources.limits.memory is missing`. */
  readonly faults: readonly { readonly text: string; readonly pointer: string }[];
  /** Its resources as they would be valid, with `<CPU>` and `<MEMORY>` where nothing tells an amount. */
  readonly mended: JsonObject;
  /** Labels of its nodeSelector, those of the extension among them; none where it has no nodeSelector of its own. */
  readonly wants: Readonly<Record<string, string>>;
  /** A node that was seen has all of them. */
  readonly isServed: boolean;
}

export interface InstanceTypes {
  readonly types: readonly JudgedInstanceType[];
  /** Absent where the cluster does not know the kind. */
  readonly complete: Lookup<true>;
  readonly nodesComplete: Lookup<true>;
}

const GPU = 'nvidia.com/gpu';
const CRD = definitionRef(`instancetypes.${AZUREML_GROUP}`);

export const instanceTypes = defineView<InstanceTypes>({
  id: 'instance-types',
  needs: [
    { type: 'object', kind: 'InstanceType' },
    { type: 'object', kind: 'CustomResourceDefinition' },
    { type: 'object', kind: 'Node' },
  ],
  uses: [extensionPlan],
  derive(context, subject) {
    const listing = context.list('InstanceType', { group: AZUREML_GROUP });
    const nodes = context.list('Node');
    const selector = context.use(extensionPlan, subject)?.nodeSelector ?? new Map<string, string>();
    const types = listing.items.map((object) => {
      const own = textMapAt(object.body, 'spec', 'nodeSelector');
      const wants = Object.keys(own).length === 0 ? {} : { ...Object.fromEntries(selector), ...own };
      const isServed = nodes.items.some(({ body }) => matchesLabels(wants, textMapAt(body, 'metadata', 'labels')));
      return { object, ...judgedResources(object), wants, isServed };
    });
    const crd = context.object(CRD);
    const isUnserved = types.length === 0 && listing.complete.state === 'unknown' && crd.state === 'absent';
    return { types, complete: isUnserved ? crd : listing.complete, nodesComplete: nodes.complete };
  },
});

/** What is wrong with the amounts of one, and what they would be otherwise. */
export function judgedResources({ body }: KubeObject): Pick<JudgedInstanceType, 'faults' | 'mended'> {
  const faults: JudgedInstanceType['faults'][number][] = [];
  const mended: Record<'requests' | 'limits', Record<string, unknown>> = {
    requests: { ...objectAt(body, 'spec', 'resources', 'requests') },
    limits: { ...objectAt(body, 'spec', 'resources', 'limits') },
  };
  const fault = (side: 'requests' | 'limits', resource: string, text: string): void =>
    void faults.push({
      text: `resources.${side}.${resource} ${text}`,
      pointer: at(body, 'spec', 'resources', side) === undefined ? '/spec' : `/spec/resources/${side}`,
    });
  for (const resource of ['cpu', 'memory'] as const) {
    for (const side of ['requests', 'limits'] as const) {
      const value = at(body, 'spec', 'resources', side, resource);
      const text = amountFault(value);
      if (text === undefined) continue;
      fault(side, resource, text);
      const other = at(body, 'spec', 'resources', side === 'requests' ? 'limits' : 'requests', resource);
      mended[side][resource] =
        typeof value === 'number' && value > 0
          ? String(value)
          : amountFault(other) === undefined
            ? other
            : `<${resource.toUpperCase()}>`;
    }
    const request = parseQuantity(at(body, 'spec', 'resources', 'requests', resource));
    const limit = parseQuantity(at(body, 'spec', 'resources', 'limits', resource));
    if (request === undefined || limit === undefined || request <= limit || limit <= 0) continue;
    fault(
      'requests',
      resource,
      `${shown(at(body, 'spec', 'resources', 'requests', resource))} is more than the limit ${shown(at(body, 'spec', 'resources', 'limits', resource))}`,
    );
    mended.limits[resource] = mended.requests[resource];
  }
  gpuFaults(body, fault, mended);
  return { faults, mended };
}

/** `null` stands for none in the documentation's own examples. */
function gpuFaults(
  body: JsonObject,
  fault: (side: 'requests' | 'limits', resource: string, text: string) => void,
  mended: Record<'requests' | 'limits', Record<string, unknown>>,
): void {
  const asked = at(body, 'spec', 'resources', 'requests', GPU) ?? undefined;
  const limit = at(body, 'spec', 'resources', 'limits', GPU) ?? undefined;
  if (asked !== undefined) {
    fault('requests', GPU, 'is given; GPUs stand under limits only');
    delete mended.requests[GPU];
    mended.limits[GPU] = limit ?? asked;
  }
  if (limit !== undefined && !(/^\d{1,6}$/.test(String(limit)) && typeof limit !== 'object')) {
    fault('limits', GPU, `is ${shown(limit)}, no whole number`);
    mended.limits[GPU] = '<GPUS>';
  }
}

/** Undefined where it is a text that is a quantity above zero. */
function amountFault(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return 'is missing';
  if (typeof value === 'number') return `is the number ${value}; a text is wanted`;
  const amount = parseQuantity(value);
  if (amount === undefined) return `is ${shown(value)}, no quantity`;
  return amount > 0 ? undefined : 'is zero';
}

function shown(value: unknown): string {
  return quoted(typeof value === 'string' ? value : JSON.stringify(value), 40);
}
