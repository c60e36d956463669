/**
 * What a container's probes ask and how long they wait, with Kubernetes' own defaults (api/core/v1 Probe, pkg/apis/core/v1/defaults.go).
 * Reads the spec only: whether a probe fails is told by `probe-trouble.ts`.
 */
import { listAt, numberAt, objectAt, textAt } from '../model/json.ts';
import type { ContainerState } from './pod-state.ts';

export type ProbeKind = 'readiness' | 'liveness' | 'startup';

export interface ProbeSpec {
  readonly kind: ProbeKind;
  readonly handler: 'http' | 'tcp' | 'grpc' | 'exec';
  /** Resolved through the container's named ports; absent for exec and where the name is not declared. */
  readonly port?: number;
  readonly portName?: string;
  /** Of http. */
  readonly path?: string;
  readonly scheme?: 'HTTP' | 'HTTPS';
  /** Of exec. */
  readonly command: readonly string[];
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
  /** Seconds after the start at which a probe that never succeeds gives up: initialDelay + period × failureThreshold. */
  readonly allowedSeconds: number;
  /** JSON pointer to the probe in the Pod. */
  readonly pointer: string;
  /** Below the container: `readinessProbe/httpGet/port`; absent for exec. */
  readonly portField?: string;
}

export interface ContainerPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** JSON pointer in the Pod. */
  readonly pointer: string;
}

const HANDLERS = [
  ['http', 'httpGet'],
  ['tcp', 'tcpSocket'],
  ['grpc', 'grpc'],
  ['exec', 'exec'],
] as const;

export function containerPorts(container: Pick<ContainerState, 'spec' | 'specPointer'>): readonly ContainerPort[] {
  return listAt(container.spec, 'ports').flatMap((entry, index) => {
    const port = numberAt(entry, 'containerPort');
    if (port === undefined) return [];
    const pointer = `${container.specPointer}/ports/${index}`;
    return [{ name: textAt(entry, 'name') ?? '', port, protocol: textAt(entry, 'protocol') ?? 'TCP', pointer }];
  });
}

export function probeSpecs(container: Pick<ContainerState, 'spec' | 'specPointer'>): readonly ProbeSpec[] {
  const ports = containerPorts(container);
  return (['startup', 'liveness', 'readiness'] as const).flatMap((kind) => {
    const probe = objectAt(container.spec, `${kind}Probe`);
    const spec = probe === undefined ? undefined : specOf(kind, probe, ports, container.specPointer);
    return spec === undefined ? [] : [spec];
  });
}

function specOf(
  kind: ProbeKind,
  probe: unknown,
  ports: readonly ContainerPort[],
  containerPointer: string,
): ProbeSpec | undefined {
  const found = HANDLERS.find(([, field]) => objectAt(probe, field) !== undefined);
  if (!found) return undefined;
  const [handler, field] = found;
  const portName = textAt(probe, field, 'port');
  // A quoted number is no name (intstr): the API server refuses it, a rendered manifest may still hold it.
  const named =
    portName === undefined ? undefined : (ports.find((port) => port.name === portName)?.port ?? numericText(portName));
  const port = numberAt(probe, field, 'port') ?? named;
  const initialDelaySeconds = numberAt(probe, 'initialDelaySeconds') ?? 0;
  const periodSeconds = numberAt(probe, 'periodSeconds') ?? 10;
  const failureThreshold = numberAt(probe, 'failureThreshold') ?? 3;
  return {
    kind,
    handler,
    ...(port === undefined ? {} : { port }),
    ...(portName === undefined ? {} : { portName }),
    ...(handler === 'http'
      ? { path: textAt(probe, field, 'path') ?? '/', scheme: schemeOf(textAt(probe, field, 'scheme')) }
      : {}),
    command: listAt(probe, 'exec', 'command').filter((word) => typeof word === 'string'),
    initialDelaySeconds,
    periodSeconds,
    timeoutSeconds: numberAt(probe, 'timeoutSeconds') ?? 1,
    failureThreshold,
    allowedSeconds: initialDelaySeconds + periodSeconds * failureThreshold,
    pointer: `${containerPointer}/${kind}Probe`,
    ...(handler === 'exec' ? {} : { portField: `${kind}Probe/${field}/port` }),
  };
}

function schemeOf(text: string | undefined): 'HTTP' | 'HTTPS' {
  return text?.toUpperCase() === 'HTTPS' ? 'HTTPS' : 'HTTP';
}

function numericText(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}
