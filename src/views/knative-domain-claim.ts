/** The ClusterDomainClaim of a DomainMapping's domain: it is called as the domain is. Looked up only where the mapping does not have its domain. */
import type { Lookup } from '../model/evidence.ts';
import { defineView, type KubeObject } from '../model/reader.ts';
import { knativeComplaint } from './knative-complaint.ts';

export const domainClaim = defineView<Lookup<KubeObject>>({
  id: 'knative-domain-claim',
  needs: [{ type: 'object', kind: 'ClusterDomainClaim' }],
  uses: [knativeComplaint],
  derive(context, subject) {
    const complaint = context.use(knativeComplaint, subject);
    const lacks =
      complaint.state === 'present' &&
      complaint.value?.conditions.some(({ type }) => type === 'DomainClaimed') === true;
    if (!lacks)
      return {
        state: 'unknown',
        gap: context.notRequested(`the claim of domain ${subject.name}`, 'nothing asks for it'),
      };
    return context.object({
      apiVersion: 'networking.internal.knative.dev/v1alpha1',
      kind: 'ClusterDomainClaim',
      name: subject.name,
    });
  },
});
