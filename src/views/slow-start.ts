/**
 * What the log of the run that the kubelet ended tells of a start under way: its last words and how long the start takes by them. It does not
 * say who ended the run.
 */
import type { Citation, EvidenceGap } from '../model/evidence.ts';
import { defineView, type LogText } from '../model/reader.ts';
import { listening } from './listening.ts';
import { loadProgress } from './parse/load-progress.ts';
import { secondsBetween } from './parse/time.ts';
import { podState, type ContainerState } from './pod-state.ts';

export interface SlowStart {
  readonly container: string;
  readonly progress?: { readonly text: string; readonly cite: Citation };
  /** Seconds from the start of the run to its last words, and what it then still needs by its own words. */
  readonly neededSeconds?: number;
  /** The log that would tell was not collected. */
  readonly gap?: EvidenceGap;
}

export const slowStart = defineView<readonly SlowStart[]>({
  id: 'slow-start',
  needs: [],
  uses: [podState, listening],
  derive(context, subject) {
    const state = context.use(podState, subject);
    if (state.state !== 'present') return [];
    const heard = context.use(listening, subject);
    return state.value.containers.flatMap((container) => {
      const own = heard.find((candidate) => candidate.container === container.name);
      if (own === undefined || container.exit === undefined) return [];
      // While it runs again, the ended run is in the previous log; the current log shows how far the new one is.
      const ended = container.running ? own.previousLog : own.log;
      if (ended.state === 'present') return [startOf(container, ended.value, true)];
      const current =
        own.log.state === 'present'
          ? startOf(container, own.log.value, !container.running)
          : { container: container.name };
      return [
        { ...current, ...(ended.state === 'unknown' && current.progress === undefined ? { gap: ended.gap } : {}) },
      ];
    });
  },
});

function startOf(container: ContainerState, log: LogText, ended: boolean): SlowStart {
  const progress = loadProgress(log.lines);
  if (!progress) return { container: container.name };
  const cite = log.cite('the log ends while it loads', progress.line);
  const lasted = ended ? secondsBetween(container.exit?.startedAt, container.exit?.finishedAt) : undefined;
  const left = progress.secondsLeft;
  return {
    container: container.name,
    progress: { text: progress.text, cite },
    ...(left === undefined || lasted === undefined ? {} : { neededSeconds: Math.round(lasted + left) }),
  };
}
