/** What the extension already made for an OnlineDeployment or AmlJob of Azure ML: a workload shows that its spec was taken. It judges nothing. */
import { isAzureml, standsOnByName } from '../../model/azureml-names.ts';
import type { Citation } from '../../model/evidence.ts';
import { numberAt } from '../../model/json.ts';
import { defineView } from '../../model/reader.ts';

export interface MadeFor {
  readonly cite: Citation;
  /** The spec was not changed since it was created, so it is this one that was taken. */
  readonly ofThisSpec: boolean;
}

const WORKLOADS = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'Job', 'Pod']);

export const madeFor = defineView<MadeFor | undefined>({
  id: 'azureml-made-for',
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: 'Deployment' },
  ],
  derive(context, subject) {
    const self = context.object(subject);
    if (self.state !== 'present' || !isAzureml(subject)) return undefined;
    const { namespace } = subject;
    const first =
      context.ownedBy(subject).find(({ ref }) => WORKLOADS.has(ref.kind)) ??
      context
        .list('Deployment', namespace === undefined ? {} : { namespace })
        .items.find((deployment) => standsOnByName(self.value, deployment));
    if (first === undefined) return undefined;
    return {
      cite: first.cite('what was made for it', '/metadata/name'),
      // Every change of a spec counts up.
      ofThisSpec: (numberAt(self.value.body, 'metadata', 'generation') ?? 1) <= 1,
    };
  },
});
