/** The connection that a command's flags ask for. Whoever opens it closes it. */
import type { ClusterPort } from '../collect/port.ts';
import type { Streams } from './terminal.ts';

export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Seconds. */
  readonly timeout: number;
}

/** Throws what `connectCluster` throws: InferscopeProblem where no cluster can be asked. */
export async function openCluster(flags: ClusterFlags, streams: Streams): Promise<ClusterPort> {
  // The Kubernetes client is slow to load and most commands never need it.
  const { connectCluster } = await import('../collect/live/connect.ts');
  return connectCluster({
    env: streams.env,
    timeoutMs: flags.timeout * 1000,
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
    interactive: process.stdin.isTTY === true,
    onPluginMessage: (text) => void streams.stderr.write(text),
  });
}
