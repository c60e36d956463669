/**
 * A connection to a port of a pod through the API server (`pods/portforward`, WebSocket protocol v4.channel.k8s.io), with the credentials of the session.
 * The proxy of the API server will not do: it replaces the Host header, by which gateways route.
 */
import { Duplex, PassThrough, Writable } from 'node:stream';
import { KubeConfig, PortForward } from '@kubernetes/client-node';
import type { ConnectOptions } from './connect.ts';
import { chooseCluster, SERVICE_ACCOUNT_FOLDER } from './kubeconfig.ts';
import { createSessions } from './session.ts';
import type { Session } from './session.ts';

export interface ForwardTarget {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

export interface Forward {
  readonly stream: Duplex;
  close(): void;
}

/** The library's configuration, with the connection pool and the headers of a session in place of its own reading of credentials. */
class SessionConfig extends KubeConfig {
  readonly #session: Session;

  constructor(server: string, session: Session) {
    super();
    this.#session = session;
    this.loadFromClusterAndUser({ name: 'cluster', server, skipTLSVerify: false }, { name: 'user' });
  }

  override applyToHTTPSOptions(options: Parameters<KubeConfig['applyToHTTPSOptions']>[0]): Promise<void> {
    const headers = Object.fromEntries(
      Object.entries(this.#session.headers).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : [...value],
      ]),
    );
    Object.assign(options, { agent: this.#session.agent, headers: { ...options.headers, ...headers } });
    return Promise.resolve();
  }
}

/** @throws Error where the API server does not open it in time. */
export async function openPortForward(
  connect: ConnectOptions,
  target: ForwardTarget,
  timeoutMs: number,
): Promise<Forward> {
  const choice = chooseCluster({
    env: connect.env,
    serviceAccountFolder: connect.serviceAccountFolder ?? SERVICE_ACCOUNT_FOLDER,
    ...(connect.kubeconfig === undefined ? {} : { kubeconfig: connect.kubeconfig }),
    ...(connect.context === undefined ? {} : { context: connect.context }),
  });
  const sessions = createSessions({
    choice,
    env: connect.env,
    interactive: connect.interactive ?? false,
    maxSockets: 2,
  });
  const config = new SessionConfig(choice.server, await sessions.current());
  const forward = new PortForward(config, true);
  const toPod = new PassThrough();
  const fromPod = new PassThrough();
  const stream = Duplex.from({ readable: fromPod, writable: toPod });
  // The error channel: what the kubelet could not connect to.
  const errors = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('utf8').trim();
      if (text !== '') stream.destroy(new Error(text.slice(0, 300)));
      done();
    },
  });
  const opened = forward.portForward(target.namespace, target.name, [target.port], fromPod, errors, toPod);
  const socket = await within(opened, timeoutMs);
  return {
    stream,
    close() {
      stream.destroy();
      // The answer is read: waiting for the other side's goodbye would only hold the process.
      if (typeof socket !== 'function') socket.terminate();
      sessions.close();
    },
  };
}

async function within<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(
      () => fail(new Error(`the API server opened no port-forward within ${timeoutMs / 1000} s`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
