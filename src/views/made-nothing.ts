/**
 * Whether the controller of an object has made anything of it: a Knative Service, a Deployment, or whatever else names it as its owner. What was not
 * looked for may be there.
 */
import type { Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';

/** Present `true` is proven: both lists were read whole, and nothing that was seen belongs to the object. */
export const madeNothing = defineView<Lookup<boolean>>({
  id: 'made-nothing',
  needs: [
    { type: 'object', kind: 'Service.serving.knative.dev' },
    { type: 'object', kind: 'Deployment' },
  ],
  derive(context, subject) {
    const [owned] = context.ownedBy(subject);
    if (owned !== undefined) return { state: 'present', value: false, cite: owned.cite(`made for ${subject.name}`) };
    const scope = subject.namespace === undefined ? {} : { namespace: subject.namespace };
    const services = context.list('Service', { ...scope, group: 'serving.knative.dev' }).complete;
    const deployments = context.list('Deployment', scope).complete;
    // A kind that the cluster does not serve has no objects either.
    if (services.state === 'unknown') return services;
    return deployments.state === 'unknown' ? deployments : { state: 'present', value: true, cite: deployments.cite };
  },
});
