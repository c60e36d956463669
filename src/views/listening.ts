/**
 * Where the servers of a Pod's containers listen, by their own logs. A log that says nothing about it proves nothing; a log that was not
 * collected is a gap.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type KubeObject, type LogText, type ViewContext } from '../model/reader.ts';
import { podState, type ContainerState } from './pod-state.ts';
import { isSecondary, namesAnother } from './server-line.ts';
import { defaultMatcher } from './signals/index.ts';

export interface Socket {
  readonly port: number;
  /** As the log writes it; empty where it names none, which means all addresses. */
  readonly host: string;
  /** Reachable from inside the Pod only. */
  readonly loopback: boolean;
  /** Serves measurements or administration beside the work: proves where that listens, says nothing about where the work does. */
  readonly secondary: boolean;
  readonly text: string;
  readonly cite: Citation;
}

export interface ContainerListening {
  readonly container: string;
  readonly sockets: readonly Socket[];
  /** The log of the current run, or of the last one where none runs. */
  readonly log: Lookup<LogText>;
  /** The log of the run before; unknown where the container never restarted. */
  readonly previousLog: Lookup<LogText>;
}

/** How a port stands to what a log says. */
export type Reach =
  /** The log says that the server listens on it. */
  | { readonly kind: 'there'; readonly socket: Socket }
  /** Listens on it, for its own Pod only. */
  | { readonly kind: 'loopback'; readonly socket: Socket }
  /** Listens on another port. */
  | { readonly kind: 'elsewhere'; readonly socket: Socket }
  /** Listens on another port, for its own Pod only. */
  | { readonly kind: 'loopback-elsewhere'; readonly socket: Socket }
  | { readonly kind: 'unsaid' };

export const listening = defineView<readonly ContainerListening[]>({
  id: 'listening',
  needs: [{ type: 'log' }],
  uses: [podState],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return [];
    return state.value.containers
      .filter((container) => container.role !== 'init')
      .map((container) => listeningOf(context, state.value.pod, container));
  },
});

function listeningOf(context: ViewContext, pod: KubeObject, container: ContainerState): ContainerListening {
  const log = context.log(pod.ref, container.name, false);
  const previousLog = context.log(pod.ref, container.name, true);
  const own = ownAddresses(pod);
  const current = log.state === 'present' ? socketsIn(log.value, own) : [];
  const sockets =
    current.length > 0 || previousLog.state !== 'present' || container.restarts === 0
      ? current
      : socketsIn(previousLog.value, own);
  return { container: container.name, sockets, log, previousLog };
}

function ownAddresses(pod: KubeObject): ReadonlySet<string> {
  const addresses = listAt(pod.body, 'status', 'podIPs').map((entry) => textAt(entry, 'ip'));
  const names = [textAt(pod.body, 'status', 'podIP'), textAt(pod.body, 'spec', 'hostname'), pod.ref.name];
  const own = ['', '*', '0.0.0.0', '::', ...addresses, ...names];
  return new Set(own.flatMap((address) => (address === undefined ? [] : [address])));
}

function socketsIn(log: LogText, own: ReadonlySet<string>): readonly Socket[] {
  const sockets: Socket[] = [];
  for (const match of defaultMatcher().scan(log.text)) {
    if (!match.signal.id.startsWith('listening')) continue;
    const port = Number(match.groups['port']);
    if (!Number.isInteger(port) || port <= 0 || port > 65535) continue;
    const host = (match.groups['host'] ?? '').replace(/^\[|\]$/g, '');
    const text = match.text.trim().slice(0, 300);
    const loopback = isLoopback(host);
    if ((!loopback && !own.has(host)) || namesAnother(text)) continue;
    if (sockets.some((socket) => socket.port === port && socket.loopback === loopback)) continue;
    const cite = log.cite(`the log says where it listens: ${host}:${port}`, match.line);
    sockets.push({ port, host, loopback, secondary: isSecondary(text), text, cite });
  }
  return sockets;
}

export function isLoopback(host: string): boolean {
  return /^(?:127(?:\.\d{1,3}){3}|localhost|::1|0:0:0:0:0:0:0:1|::ffff:127(?:\.\d{1,3}){3})$/i.test(
    host.replace(/^\[|\]$/g, ''),
  );
}

export function reachOf(sockets: readonly Socket[], port: number): Reach {
  const there = sockets.find((socket) => socket.port === port && !socket.loopback);
  if (there) return { kind: 'there', socket: there };
  const inside = sockets.find((socket) => socket.port === port);
  if (inside) return { kind: 'loopback', socket: inside };
  const primary = sockets.filter((socket) => !socket.secondary);
  const elsewhere = primary.find((socket) => !socket.loopback);
  if (elsewhere) return { kind: 'elsewhere', socket: elsewhere };
  const [hidden] = primary;
  return hidden ? { kind: 'loopback-elsewhere', socket: hidden } : { kind: 'unsaid' };
}
