/** Pods that are not Ready leave the Services that select them without endpoints. */
import { refKey } from '../../model/reference.ts';
import { selects } from '../relations/index.ts';
import type { Link } from './link.ts';

export const podToService: Link = {
  id: 'pod-to-service',
  mechanism: 'leaves the Service without endpoints',
  effectsOf(from, index, context) {
    if (from.role !== 'symptom' || from.subject.kind !== 'Pod') return [];
    const pod = context.object(from.subject);
    if (pod.state !== 'present') return [];
    return selects
      .backward(context, pod.value)
      .flatMap((service) => index.of(refKey(service)))
      .filter((finding) => finding.effects.includes('service-without-endpoints') && finding.role === 'symptom');
  },
};
