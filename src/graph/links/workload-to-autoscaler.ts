/** An autoscaler gets no metrics from pods that do not run. */
import { refKey } from '../../model/reference.ts';
import { scales } from '../relations/index.ts';
import type { Link } from './link.ts';

export const workloadToAutoscaler: Link = {
  id: 'workload-to-autoscaler',
  mechanism: 'gives the autoscaler nothing to measure',
  effectsOf(from, index, context) {
    if (from.role !== 'symptom' || !['Deployment', 'StatefulSet', 'ReplicaSet'].includes(from.subject.kind)) return [];
    const workload = context.object(from.subject);
    if (workload.state !== 'present') return [];
    return scales
      .backward(context, workload.value)
      .flatMap((autoscaler) => index.of(refKey(autoscaler)))
      .filter((finding) => finding.role === 'symptom');
  },
};
