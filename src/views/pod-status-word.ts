/**
 * The word that `kubectl get pods` shows in its STATUS column, so that a report speaks of a Pod as its reader saw it. It judges nothing.
 * Source: kubernetes pkg/printers/internalversion/printers.go (printPod).
 */
import { at, booleanAt, listAt, numberAt, textAt, type JsonObject } from '../model/json.ts';

export function podStatusWord(body: JsonObject): string {
  const phase = textAt(body, 'status', 'phase') ?? 'Unknown';
  const terminating = textAt(body, 'metadata', 'deletionTimestamp') !== undefined;
  const reason = textAt(body, 'status', 'reason');
  if (terminating && reason === 'NodeLost') return 'Unknown';
  if (terminating && phase !== 'Succeeded' && phase !== 'Failed') return 'Terminating';
  return initWord(body) ?? mainWord(body, reason ?? (isGated(body) ? 'SchedulingGated' : phase));
}

function isGated(body: JsonObject): boolean {
  return listAt(body, 'status', 'conditions').some(
    (condition) =>
      textAt(condition, 'type') === 'PodScheduled' &&
      textAt(condition, 'status') === 'False' &&
      textAt(condition, 'reason') === 'SchedulingGated',
  );
}

/** `Init:1/3`, `Init:Error`, …; undefined where the init containers are done. */
function initWord(body: JsonObject): string | undefined {
  const specs = listAt(body, 'spec', 'initContainers');
  for (const [index, status] of listAt(body, 'status', 'initContainerStatuses').entries()) {
    const spec = specs.find((candidate) => textAt(candidate, 'name') === textAt(status, 'name'));
    const terminated = at(status, 'state', 'terminated');
    if (numberAt(terminated, 'exitCode') === 0) continue;
    if (textAt(spec, 'restartPolicy') === 'Always' && booleanAt(status, 'started') === true) continue;
    if (terminated !== undefined) return `Init:${endWord(terminated)}`;
    const waiting = textAt(status, 'state', 'waiting', 'reason') ?? '';
    return waiting === '' || waiting === 'PodInitializing' ? `Init:${index}/${specs.length}` : `Init:${waiting}`;
  }
  return undefined;
}

function mainWord(body: JsonObject, start: string): string {
  let word = start;
  let running = false;
  for (const status of listAt(body, 'status', 'containerStatuses').toReversed()) {
    const waiting = textAt(status, 'state', 'waiting', 'reason') ?? '';
    const terminated = at(status, 'state', 'terminated');
    if (waiting !== '') word = waiting;
    else if (terminated !== undefined) word = endWord(terminated);
    else if (booleanAt(status, 'ready') === true && at(status, 'state', 'running') !== undefined) running = true;
  }
  if (word !== 'Completed' || !running) return word;
  const ready = listAt(body, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
  return ready ? 'Running' : 'NotReady';
}

function endWord(terminated: unknown): string {
  const reason = textAt(terminated, 'reason') ?? '';
  if (reason !== '') return reason;
  const signal = numberAt(terminated, 'signal') ?? 0;
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode') ?? 0}` : `Signal:${signal}`;
}
