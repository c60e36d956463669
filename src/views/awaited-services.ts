/**
 * What the running init containers of a Pod wait for, by their commands, and what the cluster shows about a Service of that name. Only containers
 * that wait longer than a start takes and do nothing else.
 */
import type { Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import { serviceTarget, type ServiceTarget } from './dependencies.ts';
import { awaitedHosts, onlyWaits, type AwaitedHost } from './parse/wait-command.ts';
import { secondsBetween } from './parse/time.ts';
import { podState, type ContainerState, type PodState } from './pod-state.ts';
import { serviceEndpoints } from './service-endpoints.ts';

export interface AwaitedService extends AwaitedHost {
  /** Where the host has the form of a Service's name. */
  readonly service?: ServiceTarget;
}

export interface WaitingContainer {
  readonly state: PodState;
  readonly container: ContainerState;
  /** Since its current run began. */
  readonly seconds: number;
  readonly awaited: readonly AwaitedService[];
}

/** More than anybody waits for in one loop. */
const MOST_HOSTS = 6;

export const awaitedServices = defineView<Lookup<readonly WaitingContainer[]>>({
  id: 'awaited-services',
  needs: [
    { type: 'object', kind: 'Service' },
    { type: 'object', kind: 'Namespace' },
  ],
  uses: [podState, serviceEndpoints],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    const value = state.value.troubled
      .filter(
        (container) => container.role === 'init' && container.trouble === 'not-ready' && onlyWaits(container.spec),
      )
      .map((container) => ({
        state: state.value,
        container,
        seconds: secondsBetween(container.startedAt, context.now) ?? 0,
        awaited: awaitedHosts(container.spec)
          .slice(0, MOST_HOSTS)
          .map((host) => {
            const service = serviceTarget(context, subject.namespace ?? 'default', host.host);
            return { ...host, ...(service === undefined ? {} : { service }) };
          }),
      }));
    return { state: 'present', cite: state.cite, value };
  },
});
