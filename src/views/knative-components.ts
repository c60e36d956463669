/** The programs of Knative Serving as the rules need them: one view each, of the whole cluster, whatever object it is derived on. It judges nothing. */
import type { Lookup } from '../model/evidence.ts';
import { defineView, type View } from '../model/reader.ts';
import { ALL_COMPONENTS, useComponent, type PlatformComponent } from './platform-component.ts';
import type { ComponentId } from './parse/platform-components.ts';

function component(id: ComponentId): View<Lookup<PlatformComponent>> {
  return defineView({
    id: `knative-component-${id}`,
    needs: [],
    uses: ALL_COMPONENTS,
    derive: (context) => useComponent(context, id),
  });
}

export const activator = component('knative-activator');
export const autoscaler = component('knative-autoscaler');
export const hpaAutoscaler = component('knative-autoscaler-hpa');
