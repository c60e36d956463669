/**
 * The failed downloads of a model, wherever they show: in the log of a Pod's container, or in what an InferenceService kept of a pod that is gone.
 * Says how each failed and which rule's business that is; whose fault it is, the rules say.
 */
import type { Citation, EvidenceGap, Lookup } from '../model/evidence.ts';
import type { Effect } from '../model/finding.ts';
import { listAt } from '../model/json.ts';
import { defineView, type ViewContext } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { failedProxyCall } from './azureml/identity-proxy-failure.ts';
import { containerRuns, type ContainerRun } from './container-runs.ts';
import type { VerdictMaker } from './judge-runs.ts';
import {
  downloadConsequence,
  downloadFailure,
  isDownload,
  isForStore,
  type DownloadFailure,
  type DownloadFailureClass,
} from './model-download.ts';
import { podTemplate } from './pod-template.ts';
import type { RunLog } from './run-log.ts';
import { runTrace, type ObservedStep } from './run-trace.ts';
import { lastFailure } from './storage-last-failure.ts';
import type { ContainerState } from './pod-state.ts';

export interface FailedDownload {
  readonly failure: DownloadFailure;
  readonly container: string;
  readonly role: 'init' | 'sidecar' | 'main';
  /** KServe put the container into the pod: who chooses its address and credentials is known then. */
  readonly byKServe: boolean;
  readonly log: RunLog;
  /** Absent where the pod is gone. */
  readonly run?: ContainerRun;
  /** The time of asking, where the pods are gone: Knative gave the Revision up, and deleting pods makes none anew. */
  readonly gone?: string;
  readonly effects: readonly Effect[];
  /** What shows them: the pod, or what stood on a pod that is gone. */
  readonly affects: readonly [ResourceRef, ...ResourceRef[]];
  readonly consequence: string;
  /** How the run ended. */
  readonly trace: readonly ObservedStep[];
}

export interface Downloads {
  /** Topmost owner of the pod, or the InferenceService itself. */
  readonly workload: ResourceRef;
  readonly failed: readonly FailedDownload[];
  readonly gaps: readonly EvidenceGap[];
  /** A log that was read and tells of no failed download. */
  readonly seen?: Citation;
}

export const failedDownloads = defineView<Lookup<Downloads>>({
  id: 'storage-downloads',
  needs: [],
  uses: [containerRuns, podTemplate, lastFailure],
  derive(context, subject) {
    return subject.kind === 'Pod' ? ofPod(context, subject) : ofService(context, subject);
  },
});

/** kserve pkg/constants StorageInitializerContainerName, in all versions; the name stays where a ClusterStorageContainer gives another image. */
export function isStorageInitializer(container: Pick<ContainerState, 'name' | 'role'>): boolean {
  // Azure ML: `storageinitializer-modeldata` (Azure/MachineLearningNotebooks#1900).
  return container.role === 'init' && /^storage-?initializer(?:-|$)/.test(container.name);
}

/** What the initializer was told to fetch, from its arguments: pairs of address and directory. */
export function addressesOf(container: Pick<ContainerState, 'spec'>): readonly string[] {
  return listAt(container.spec, 'args').filter(
    (word): word is string => typeof word === 'string' && /^(?:[a-z][a-z0-9+.-]{1,20}:\/\/|\/mnt\/pvc)\S*$/i.test(word),
  );
}

function ofPod(context: ViewContext, subject: ResourceRef): Lookup<Downloads> {
  const runs = context.use(containerRuns, subject);
  if (runs.state !== 'present') return runs;
  const failed: FailedDownload[] = [];
  const gaps: EvidenceGap[] = [];
  let seen: Citation | undefined;
  for (const run of runs.value) {
    if (run.ended && run.endedBy !== 'itself' && run.endedBy !== 'unknown') continue;
    if (run.log.state === 'unknown') gaps.push(run.log.gap);
    if (run.log.state !== 'present') continue;
    const log = run.log.value;
    const failure = downloadFailure(log);
    const byKServe = isStorageInitializer(run.container);
    if (
      failure === undefined ||
      // Azure ML: the call for a token failed, before anything was downloaded.
      (byKServe && failedProxyCall(log) !== undefined) ||
      !(isDownload(run.container.role, failure) || isOwnWords(failure, log))
    ) {
      if (run.instead) gaps.push(run.instead);
      else seen ??= run.log.cite;
      continue;
    }
    const [only, ...others] = addressesOf(run.container);
    const single = others.length === 0 ? only : undefined;
    // What a person wrote says more than the endpoint of the store's API that the error names.
    const url = byKServe && isApiOf(failure.url, single) ? single : (failure.url ?? single);
    failed.push({
      failure: url === undefined ? failure : { ...failure, url },
      container: run.container.name,
      role: run.container.role,
      byKServe,
      log,
      run,
      effects: run.effects,
      affects: run.affects,
      consequence: downloadConsequence(run.container.role),
      trace: runTrace(run, log),
    });
  }
  return {
    state: 'present',
    cite: runs.cite,
    value: {
      workload: context.use(podTemplate, subject).workload,
      failed,
      gaps,
      ...(seen === undefined ? {} : { seen }),
    },
  };
}

/** Whether an address of the web stands for one of the store's own scheme: `https://storage.googleapis.com/storage/v1/b/…` for `gs://…`. */
function isApiOf(told: string | undefined, written: string | undefined): boolean {
  return (
    told !== undefined && /^https?:/.test(told) && written !== undefined && /^(?:gs|s3|hf|hdfs|webhdfs):/.test(written)
  );
}

/** A cloud library that finds no credentials names no store. */
function isOwnWords(failure: DownloadFailure, log: RunLog): boolean {
  return failure.class === 'gated' || (failure.class === 'no-credentials' && isForStore(log));
}

function ofService(context: ViewContext, subject: ResourceRef): Lookup<Downloads> {
  const last = context.use(lastFailure, subject);
  if (last.state !== 'present') return last;
  const kept = last.value;
  if (kept === undefined)
    return { state: 'present', cite: last.cite, value: { workload: subject, failed: [], gaps: [] } };
  const byKServe = kept.container === 'storage-initializer';
  const failure = downloadFailure(kept.log);
  const role = byKServe ? 'init' : 'main';
  const counts = failure !== undefined && (isDownload(role, failure) || isOwnWords(failure, kept.log));
  const ended = kept.exitCode === undefined ? '' : ` with exit code ${kept.exitCode}`;
  return {
    state: 'present',
    cite: last.cite,
    value: {
      workload: subject,
      gaps: [],
      ...(counts ? {} : { seen: kept.log.citeEnd }),
      failed: counts
        ? [
            {
              failure,
              container: kept.container,
              role,
              byKServe,
              log: kept.log,
              gone: context.now,
              effects: ['object-not-reconciled'],
              affects: kept.affects,
              consequence: `${downloadConsequence(role)} Its pods are gone; the InferenceService keeps the end of the log.`,
              trace: [{ text: `the process ended${ended}; its pod is gone`, cite: [kept.log.citeEnd] }],
            },
          ]
        : [],
    },
  };
}

/**
 * How a rule that needs a failed download comes to its verdict: its own classes are judged, a log that could not be read is unknown, one that tells
 * of another failure rules it out.
 */
export function judgeDownloads<V>(
  downloads: Lookup<Downloads>,
  context: VerdictMaker<V>,
  classes: readonly DownloadFailureClass[],
  judge: (failed: FailedDownload, downloads: Downloads) => V | undefined,
): V {
  if (downloads.state !== 'present') return context.notApplicable('the object is not there to be looked at');
  const { failed, gaps, seen } = downloads.value;
  const verdicts = failed.map((download) => {
    const verdict = classes.includes(download.failure.class) ? judge(download, downloads.value) : undefined;
    return verdict ?? context.ruledOut('the download fails in another way', download.failure.hit.cite);
  });
  const unknowns = gaps.map((gap) => context.unknown(gap));
  const rest = seen === undefined ? [] : [context.ruledOut('the log tells of no such failure of a download', seen)];
  const [first, ...more] = [...verdicts, ...unknowns, ...rest];
  return first === undefined ? context.notApplicable('no download failed') : context.all([first, ...more]);
}

/** What every finding on a failed download says that rests on the words of the store. */
export function storeSaid(download: FailedDownload) {
  return {
    certainty: 'confirmed',
    basis: 'the download quotes the answer of the store',
    consequence: download.consequence,
    effects: download.effects,
    affects: download.affects,
  } as const;
}

/** The step before the failure: where the container has its keys from. */
export function keysTaken(download: FailedDownload, secret: ResourceRef, cite: Citation): readonly ObservedStep[] {
  return [
    { text: `container ${download.container} takes the keys of Secret ${secret.name}`, cite: [cite] },
    ...download.trace,
  ];
}
