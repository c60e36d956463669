/** The kinds that the way of a request is read from. Data only. */
import type { EvidenceNeed } from '../../model/reader.ts';

export const PATH_NEEDS: readonly EvidenceNeed[] = [
  { type: 'object', kind: '*' },
  ...[
    'Service',
    'Service.serving.knative.dev',
    'Route',
    'Revision',
    'Ingress.networking.internal.knative.dev',
    'ServerlessService',
    'EndpointSlice',
    'Endpoints',
    'Ingress',
    'HTTPRoute',
    'Gateway',
    'VirtualService',
    'HTTPProxy',
    'InferencePool',
    'IngressClass',
    'NetworkPolicy',
    'InferenceGraph',
    'InferenceService',
    'Pod',
    'Node',
  ].map((kind): EvidenceNeed => ({ type: 'object', kind })),
  { type: 'log' },
];
