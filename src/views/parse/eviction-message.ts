/**
 * Takes apart what the kubelet says of a pod that it evicted (kubernetes `pkg/kubelet/eviction/helpers.go`). Responsible for the text only.
 */
import { boundMessage } from './go-text.ts';

export interface Eviction {
  /** node: the node ran short. limit: the pod passed a limit of its own for local disk. condition: the node had a condition (before admission). */
  readonly kind: 'node' | 'limit' | 'condition' | 'other';
  /** `memory`, `ephemeral-storage`, `inodes`, `pids`; the condition's name for `condition`. */
  readonly resource: string;
  readonly threshold?: string;
  readonly available?: string;
  /** The container that used most beyond its request. */
  readonly container?: string;
  readonly usage?: string;
  readonly request?: string;
  /** With `limit`: the limit that was passed. */
  readonly limit?: string;
}

export function parseEviction(message: string): Eviction {
  const text = boundMessage(message);
  const low = /The node was low on resource: ([^\s.]+(?:\.[^\s.]+)*)\./.exec(text)?.[1];
  if (low !== undefined) {
    const [, threshold, available] = /Threshold quantity: ([^\s,]+), available: ([^\s,]+?)\.(?: |$)/.exec(text) ?? [];
    const [, container, usage, request] =
      /(?:Container|Pod) (\S+) was using ([^\s,]+), (?:which exceeds its )?request (?:is|of) ([^\s,]+?)(?:,|\.)(?: |$)/.exec(
        text,
      ) ?? [];
    return {
      kind: 'node',
      resource: low,
      ...(threshold === undefined ? {} : { threshold }),
      ...(available === undefined ? {} : { available }),
      ...(container === undefined ? {} : { container }),
      ...(usage === undefined ? {} : { usage }),
      ...(request === undefined ? {} : { request }),
    };
  }
  const [, own, ownLimit] = /Container (\S+) exceeded its local ephemeral storage limit "([^"]+)"/.exec(text) ?? [];
  if (own !== undefined && ownLimit !== undefined)
    return { kind: 'limit', resource: 'ephemeral-storage', container: own, limit: ownLimit };
  const total = /Pod ephemeral local storage usage exceeds the total limit of containers ([^\s]+?)\.(?: |$)/.exec(
    text,
  )?.[1];
  if (total !== undefined) return { kind: 'limit', resource: 'ephemeral-storage', limit: total };
  const [, volume, volumeLimit] = /Usage of EmptyDir volume "([^"]+)" exceeds the limit "([^"]+)"/.exec(text) ?? [];
  if (volume !== undefined && volumeLimit !== undefined)
    return { kind: 'limit', resource: `emptyDir ${volume}`, limit: volumeLimit };
  const condition = /The node had condition: \[?([^\].]+)\]?/.exec(text)?.[1];
  return condition === undefined ? { kind: 'other', resource: '' } : { kind: 'condition', resource: condition };
}
