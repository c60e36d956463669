/**
 * Why the runtime or the kubelet could not make or start a container, in its own words: the message of the waiting state, of a start that
 * failed, or the one line that the runtime leaves in the log when it cannot execute the program. Finds no fault in configuration objects.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, textAt } from '../model/json.ts';
import { defineView, type ViewContext } from '../model/reader.ts';
import { kubeObject } from './kube-object.ts';
import { ownerTree } from './owner-tree.ts';
import { podState, type ContainerState, type PodState } from './pod-state.ts';
import { withWrittenImage } from './written-image.ts';
import { parseContainerError, type ContainerError } from './parse/container-error.ts';

export interface StartFailure {
  readonly state: PodState;
  readonly container: ContainerState;
  readonly error: ContainerError;
  readonly citations: readonly [Citation, ...Citation[]];
}

export const startFailures = defineView<Lookup<readonly StartFailure[]>>({
  id: 'start-failures',
  needs: [{ type: 'event' }, { type: 'log' }],
  uses: [podState, ownerTree, kubeObject],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return state;
    return {
      state: 'present',
      cite: state.cite,
      value: state.value.troubled.flatMap((container) =>
        failureOf(context, state.value, withWrittenImage(context, subject, container)),
      ),
    };
  },
});

function failureOf(context: ViewContext, state: PodState, container: ContainerState): readonly StartFailure[] {
  if (container.trouble === 'exits') return executionFailure(context, state, container);
  if (container.trouble !== 'create') return [];
  // After a failed start the waiting message only tells of the back-off; the cause is in the end of the last try.
  const waits =
    container.waiting !== undefined &&
    container.waiting.reason !== 'CrashLoopBackOff' &&
    container.waiting.message !== '';
  const message = waits ? container.waiting?.message : container.exit?.message;
  const cite = waits ? container.waiting?.cite : container.exit?.cite;
  const events = context
    .events(state.pod.ref)
    .filter((event) => event.reason === 'Failed' && event.container === container.name);
  const event = events.at(-1);
  const text = message === undefined || message === '' ? event?.message : message;
  if (text === undefined) return [];
  const error = parseContainerError(text);
  // The event repeats the status word for word; it is quoted where the status does not have the message.
  const isInStatus = message !== undefined && message !== '';
  return [{ state, container, error, citations: [isInStatus || !event ? (cite ?? container.cite) : event.cite()] }];
}

/** runc prints `exec /x: no such file or directory` into the log and ends with 255 (runc `libcontainer/init_linux.go`); old ones with 1. */
function executionFailure(context: ViewContext, state: PodState, container: ContainerState): readonly StartFailure[] {
  for (const previous of container.exitIsCurrent || container.waiting ? [false, true] : [true, false]) {
    const log = context.log(state.pod.ref, container.name, previous);
    if (log.state !== 'present') continue;
    const lines = log.value.lines.filter((line) => line.trim() !== '');
    const line = lines[0];
    if (line === undefined || lines.length > 2 || !/^(?:standard_init_linux\.go:\d+: )?exec /.test(line)) continue;
    const error = parseContainerError(line);
    if (error.class === 'other') continue;
    const at = log.value.lines.indexOf(line) + 1;
    const cite = log.value.cite(`the runtime's last words in the log of container ${container.name}`, at);
    return [{ state, container, error, citations: container.exit ? [cite, container.exit.cite] : [cite] }];
  }
  return [];
}

/** Whether a path of a container lies in one of its volumes: then the file comes from there and not from the image. */
export function mountOf(
  container: ContainerState,
  path: string,
): { readonly volume: string; readonly mountPath: string; readonly pointer: string } | undefined {
  let best: { volume: string; mountPath: string; pointer: string } | undefined;
  for (const [index, mount] of listAt(container.spec, 'volumeMounts').entries()) {
    const mountPath = textAt(mount, 'mountPath')?.replace(/(.)\/+$/, '$1');
    if (mountPath === undefined || !(path === mountPath || mountPath === '/' || path.startsWith(`${mountPath}/`)))
      continue;
    if (best && best.mountPath.length >= mountPath.length) continue;
    best = {
      volume: textAt(mount, 'name') ?? '',
      mountPath,
      pointer: `${container.specPointer}/volumeMounts/${index}`,
    };
  }
  return best;
}

/** The command line that the pod's spec gives; empty where the image's own is used. */
export function commandOf(container: ContainerState): readonly string[] {
  return listAt(container.spec, 'command').filter((word): word is string => typeof word === 'string');
}

/** Whether the container was made and only its process could not be started (containerd `StartError`, dockershim `ContainerCannotRun`). */
export function startWasTried(container: ContainerState): boolean {
  const reason = container.exit?.reason;
  return (
    reason === 'StartError' || reason === 'ContainerCannotRun' || container.waiting?.reason === 'RunContainerError'
  );
}
