/** Under which host callers outside reach a Service whose own object does not say: that of the first route that leads to it. */
import { listAt, textAt } from '../../model/json.ts';
import type { ViewContext } from '../../model/reader.ts';
import type { Entry } from './entry.ts';

/** The host of an Ingress, HTTPRoute or VirtualService that leads to the Service, for objects that do not say their host themselves. */
export function publishedHost(context: ViewContext, entry: Entry): string | undefined {
  if (entry.mode !== 'service') return undefined;
  const { namespace, name } = entry;
  for (const ingress of context.list('Ingress', { namespace, group: 'networking.k8s.io' }).items)
    for (const rule of listAt(ingress.body, 'spec', 'rules'))
      if (listAt(rule, 'http', 'paths').some((path) => textAt(path, 'backend', 'service', 'name') === name))
        return textAt(rule, 'host');
  for (const route of context.list('HTTPRoute', { namespace }).items)
    for (const rule of listAt(route.body, 'spec', 'rules'))
      if (listAt(rule, 'backendRefs').some((ref) => textAt(ref, 'name') === name)) {
        const [first] = listAt(route.body, 'spec', 'hostnames');
        if (typeof first === 'string') return first;
      }
  for (const proxy of context.list('HTTPProxy', { namespace }).items)
    for (const route of listAt(proxy.body, 'spec', 'routes'))
      if (listAt(route, 'services').some((service) => textAt(service, 'name') === name))
        return textAt(proxy.body, 'spec', 'virtualhost', 'fqdn');
  for (const service of context.list('VirtualService', { namespace }).items)
    for (const rule of listAt(service.body, 'spec', 'http'))
      if (listAt(rule, 'route').some((route) => textAt(route, 'destination', 'host')?.split('.')[0] === name)) {
        const [first] = listAt(service.body, 'spec', 'hosts');
        if (typeof first === 'string') return first;
      }
  return undefined;
}
