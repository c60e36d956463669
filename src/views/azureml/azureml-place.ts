/** The endpoint and deployment of Azure ML that an object belongs to, by its labels or as one of its custom resources. It reads nothing else. */
import { azuremlPlaceOf, type AzuremlPlace } from '../../model/azureml-labels.ts';
import { defineView } from '../../model/reader.ts';

/** Undefined for what is none of Azure ML's. */
export const azuremlPlace = defineView<AzuremlPlace | undefined>({
  id: 'azureml-place',
  needs: [{ type: 'object', kind: '*' }],
  derive(context, subject) {
    const found = context.object(subject);
    return found.state === 'present' ? azuremlPlaceOf(subject, found.value.body) : undefined;
  },
});
