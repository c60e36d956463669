/**
 * Reads what the networking layers of Knative are told about gateways: the class of an Ingress, the ConfigMaps config-istio, config-gateway and
 * config-contour, and the address of a Service in the cluster. Pure and tolerant: an entry that cannot be read is left out, nothing is invented.
 */
import { textMapAt } from '../../model/json.ts';
import type { ComponentId } from './platform-components.ts';

export interface NetworkingLayer {
  /** As `config-network` writes it. */
  readonly className: string;
  readonly controller: ComponentId;
  /** The ConfigMap beside `config-network` that tells it where its gateways are; Kourier's are told by its environment. */
  readonly configMap: string;
}

// knative networking pkg/config/config.go and the constants of net-istio, net-kourier, net-contour, net-gateway-api.
export const NETWORKING_LAYERS: readonly NetworkingLayer[] = [
  { className: 'istio.ingress.networking.knative.dev', controller: 'net-istio', configMap: 'config-istio' },
  { className: 'kourier.ingress.networking.knative.dev', controller: 'net-kourier', configMap: 'config-kourier' },
  { className: 'contour.ingress.networking.knative.dev', controller: 'net-contour', configMap: 'config-contour' },
  {
    className: 'gateway-api.ingress.networking.knative.dev',
    controller: 'net-gateway-api',
    configMap: 'config-gateway',
  },
];

/** Both spellings are accepted (knative networking pkg/apis/networking/register.go IngressClassAnnotationKey and its altern). */
const CLASS_KEYS = ['networking.knative.dev/ingress-class', 'networking.knative.dev/ingress.class'] as const;

/** The class that an object's annotations ask for, with the key that says so. */
export function ingressClassOf(body: unknown): { readonly key: string; readonly className: string } | undefined {
  const annotations = textMapAt(body, 'metadata', 'annotations');
  for (const key of CLASS_KEYS) {
    const className = annotations[key];
    if (className !== undefined && className !== '') return { key, className };
  }
  return undefined;
}

export interface NamedObject {
  readonly namespace: string;
  readonly name: string;
}

/** `knative-local-gateway.istio-system.svc.cluster.local`, `ns/name`, or a bare name in a namespace. */
export function serviceAddress(text: string, namespace = ''): NamedObject | undefined {
  const value = text
    .trim()
    .replace(/\.$/, '')
    .replace(/:\d{1,5}$/, '');
  const slash = value.indexOf('/');
  if (slash > 0) return named(value.slice(0, slash), value.slice(slash + 1));
  const [name = '', place = namespace, svc] = value.split('.');
  // `name.ns` and `name.ns.svc…` are of the cluster; a host of three labels without `svc` is somebody else's.
  return svc === undefined || svc === 'svc' ? named(place, name) : undefined;
}

const NAME = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

function named(namespace: string, name: string): NamedObject | undefined {
  return NAME.test(name) && NAME.test(namespace) ? { namespace, name } : undefined;
}

export interface ConfiguredGateway {
  /** The Gateway object (Istio or Gateway API); absent for Contour and Kourier, which have none. */
  readonly gateway?: NamedObject;
  readonly service?: NamedObject;
  readonly local: boolean;
  /** The key of the ConfigMap's data that says so; absent where the default applies. */
  readonly key?: string;
}

/** What a layer is told by its ConfigMap's data, or its defaults where that says nothing. */
export function configuredGateways(
  layer: NetworkingLayer,
  data: Readonly<Record<string, string>>,
): readonly ConfiguredGateway[] {
  switch (layer.controller) {
    case 'net-istio': {
      const told = istioGateways(data);
      return withDefaults(told, [
        // net-istio pkg/reconciler/ingress/config/istio.go defaultGateways.
        {
          gateway: { namespace: 'knative-serving', name: 'knative-ingress-gateway' },
          service: { namespace: 'istio-system', name: 'istio-ingressgateway' },
          local: false,
        },
        {
          gateway: { namespace: 'knative-serving', name: 'knative-local-gateway' },
          service: { namespace: 'istio-system', name: 'knative-local-gateway' },
          local: true,
        },
      ]);
    }
    case 'net-gateway-api':
      return withDefaults(
        [...entries(data, 'external-gateways', false), ...entries(data, 'local-gateways', true)],
        // net-gateway-api pkg/reconciler/ingress/config/gateway.go.
        [
          {
            gateway: { namespace: 'istio-system', name: 'knative-gateway' },
            service: { namespace: 'istio-system', name: 'istio-ingressgateway' },
            local: false,
          },
          {
            gateway: { namespace: 'istio-system', name: 'knative-local-gateway' },
            service: { namespace: 'istio-system', name: 'knative-local-gateway' },
            local: true,
          },
        ],
      );
    case 'net-contour':
      return withDefaults(contourServices(data), [
        // net-contour pkg/reconciler/contour/config/contour.go.
        { service: { namespace: 'contour-external', name: 'envoy' }, local: false },
        { service: { namespace: 'contour-internal', name: 'envoy' }, local: true },
      ]);
    default:
      return [];
  }
}

function withDefaults(
  told: readonly ConfiguredGateway[],
  defaults: readonly ConfiguredGateway[],
): readonly ConfiguredGateway[] {
  return [...told, ...defaults.filter((usual) => !told.some((gateway) => gateway.local === usual.local))];
}

/** The list form (net-istio 1.14 and later), and before it one key for each: `gateway.knative-serving.knative-ingress-gateway: SERVICE`. */
function istioGateways(data: Readonly<Record<string, string>>): readonly ConfiguredGateway[] {
  const listed = [...entries(data, 'external-gateways', false), ...entries(data, 'local-gateways', true)];
  const single = Object.entries(data).flatMap(([key, value]): readonly ConfiguredGateway[] => {
    const match = /^(local-)?gateway\.([a-z0-9-]{1,63})\.([a-z0-9.-]{1,253})$/.exec(key);
    if (match === null) return [];
    const gateway = named(match[2] ?? '', match[3] ?? '');
    const service = serviceAddress(value);
    return [
      {
        ...(gateway === undefined ? {} : { gateway }),
        ...(service === undefined ? {} : { service }),
        local: match[1] !== undefined,
        key,
      },
    ];
  });
  return listed.length > 0 ? listed : single;
}

const LONGEST_CONFIG = 20_000;

/** A YAML list of flat maps, read line by line: the only shape that both ConfigMaps know. */
function entries(data: Readonly<Record<string, string>>, key: string, local: boolean): readonly ConfiguredGateway[] {
  const text = data[key];
  if (text === undefined) return [];
  const maps: Record<string, string>[] = [];
  for (const line of text.slice(0, LONGEST_CONFIG).split('\n')) {
    const match = /^\s*(-\s+)?([\w-]{1,40}):\s*["']?([^"'#]{0,300})["']?/.exec(line);
    if (match === null) continue;
    if (match[1] !== undefined) maps.push({});
    const map = maps.at(-1);
    if (map !== undefined) map[match[2] ?? ''] = (match[3] ?? '').trim();
  }
  return maps.flatMap((map) => {
    // Istio: `name` and `namespace`; Gateway API: `gateway: ns/name`.
    const gateway =
      map['gateway'] === undefined ? named(map['namespace'] ?? '', map['name'] ?? '') : serviceAddress(map['gateway']);
    const service = map['service'] === undefined ? undefined : serviceAddress(map['service']);
    if (gateway === undefined && service === undefined) return [];
    return [
      { ...(gateway === undefined ? {} : { gateway }), ...(service === undefined ? {} : { service }), local, key },
    ];
  });
}

/** `visibility: | ExternalIP: {class, service: ns/name} ClusterLocal: …`. */
function contourServices(data: Readonly<Record<string, string>>): readonly ConfiguredGateway[] {
  const text = data['visibility'];
  if (text === undefined) return [];
  const found: ConfiguredGateway[] = [];
  let local: boolean | undefined;
  for (const line of text.slice(0, LONGEST_CONFIG).split('\n')) {
    if (/^\s*ExternalIP:/.test(line)) local = false;
    if (/^\s*ClusterLocal:/.test(line)) local = true;
    const value = /^\s+service:\s*["']?([^"'#\s]{1,300})/.exec(line)?.[1];
    const service = value === undefined ? undefined : serviceAddress(value);
    if (service !== undefined && local !== undefined) found.push({ service, local, key: 'visibility' });
  }
  return found;
}
