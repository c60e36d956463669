/** The program that works on Gateways of a class, where Inferscope knows it by the class's controller name. */
import type { Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import { httpRoutes, type HttpRoutes, type RouteParent } from './gateway-http-routes.ts';
import type { ComponentId } from './parse/platform-components.ts';
import { platformComponent, useComponent, type PlatformComponent } from './platform-component.ts';

// istio pilot/pkg/config/kube/gateway, envoyproxy/gateway internal/envoygateway/config, projectcontour internal/provisioner.
const CONTROLLERS: readonly (readonly [RegExp, ComponentId])[] = [
  [/^istio\.io\//, 'istiod'],
  [/^gateway\.envoyproxy\.io\//, 'envoy-gateway'],
  [/^projectcontour\.io\//, 'contour'],
];

export interface ClassController {
  readonly parent: RouteParent;
  readonly controllerName: string;
  readonly component?: Lookup<PlatformComponent>;
}

export interface ClassControllers {
  readonly http: HttpRoutes;
  /** Of the Gateways that exist. */
  readonly controllers: readonly ClassController[];
}

export const gatewayClassControllers = defineView<Lookup<ClassControllers>>({
  id: 'gateway-class-controllers',
  needs: [],
  uses: [httpRoutes, ...CONTROLLERS.map(([, id]) => platformComponent(id))],
  derive(context, subject) {
    const found = context.use(httpRoutes, subject);
    if (found.state !== 'present') return found;
    const controllers = found.value.parents.flatMap((parent): readonly ClassController[] => {
      const name = parent.gateway.state === 'present' ? parent.gateway.value.controllerName : undefined;
      if (name === undefined) return [];
      const id = CONTROLLERS.find(([pattern]) => pattern.test(name))?.[1];
      return [{ parent, controllerName: name, ...(id === undefined ? {} : { component: useComponent(context, id) }) }];
    });
    return { state: 'present', cite: found.cite, value: { http: found.value, controllers } };
  },
});
