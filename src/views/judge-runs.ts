/**
 * How a rule that needs the log of a failed run comes to its verdict: one place for "no such run", "no log", "not in this log", so that none
 * of them is forgotten. It knows no cause; the rule's own question is passed in.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import type { ContainerRun } from './container-runs.ts';
import type { RunLog } from './run-log.ts';

/** What of a rule's context is needed here; `V` is its verdict. */
export interface VerdictMaker<V> {
  all(verdicts: readonly [V, ...V[]]): V;
  ruledOut(because: string, ...cite: [Citation, ...Citation[]]): V;
  notApplicable(because: string): V;
  unknown(...gaps: [EvidenceGap, ...EvidenceGap[]]): V;
}

export interface JudgeOptions {
  /** Clause for the negative answer: `the log names no missing module`. */
  readonly absent: string;
  /** Runs that go on without becoming Ready are asked too. */
  readonly alsoRunning?: boolean;
  /** Runs that were killed from outside are asked too. */
  readonly alsoKilled?: boolean;
}

/** `judge` answers undefined where the log does not show what it looks for. */
export function judgeRuns<V>(
  runs: Lookup<readonly ContainerRun[]>,
  context: VerdictMaker<V>,
  options: JudgeOptions,
  judge: (run: ContainerRun, log: RunLog) => V | undefined,
): V {
  if (runs.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
  const verdicts = runs.value
    .filter((run) =>
      run.ended
        ? options.alsoKilled === true || run.endedBy === 'itself' || run.endedBy === 'unknown'
        : options.alsoRunning === true,
    )
    .map((run) => {
      if (run.log.state === 'unknown') return context.unknown(run.log.gap);
      if (run.log.state === 'absent') return context.notApplicable('the container wrote no log');
      const verdict = judge(run, run.log.value);
      if (verdict !== undefined) return verdict;
      if (run.instead) return context.unknown(run.instead);
      return context.ruledOut(options.absent, run.log.cite);
    });
  const [first, ...more] = verdicts;
  return first === undefined ? context.notApplicable('no container ends by itself') : context.all([first, ...more]);
}
