/**
 * The command `preflight`: is this cluster ready for what is to be installed, upgraded, rolled back or deleted? Reads a cluster or a capture, runs the checks, prints
 * the report. Returns the exit code: 0 ready, 1 a check blocks, 2 not known. It changes nothing.
 */
import { readCaptures } from '../collect/captures/read-capture.ts';
import { snapshotDigest } from '../collect/digest.ts';
import { preflight } from '../engine/preflight.ts';
import type { ObjectEvidence, Snapshot } from '../model/evidence.ts';
import { INTENT_EVIDENCE, type ConnectionResult } from '../model/preflight.ts';
import type { PreflightReport } from '../model/preflight-schema.ts';
import { renderHealthCheckMap } from '../report/preflight-health-check.ts';
import { renderPreflightJunit } from '../report/preflight-junit.ts';
import { renderPreflightMarkdown } from '../report/preflight-markdown.ts';
import { renderPreflightPlain } from '../report/preflight-plain.ts';
import { renderPreflight } from '../report/terminal/preflight.ts';
import { checks as rules } from '../rules/checks.gen.ts';
import { openCluster } from './cluster-port.ts';
import { intentEvidence, readIntent, type Intent, type IntentFlags } from './preflight-intent.ts';
import { preflightLive } from './preflight-live.ts';
import { createProgress, needsAscii, terminalWidth, useColour, type Streams } from './terminal.ts';

export interface PreflightFlags extends IntentFlags {
  readonly connect?: boolean;
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly from?: readonly string[];
  readonly output: 'text' | 'json' | 'junit' | 'markdown' | 'arcml-healthcheck';
  readonly plain?: boolean;
  readonly ascii?: boolean;
  readonly timeout: number;
  /** Says on stderr what a live run cost. */
  readonly debug?: boolean;
}

export async function runPreflight(flags: PreflightFlags, streams: Streams, stdin: NodeJS.ReadStream): Promise<number> {
  // First, so that a slip of the keyboard costs no request.
  const intent = readIntent(flags);
  const evidence = intentEvidence(intent, await connectionsOf(flags, intent, streams));
  const captures = flags.from ?? [];
  const report =
    captures.length > 0
      ? preflight(withIntent(await readCaptures(captures, { stdin }), evidence), rules).report
      : await fromCluster(evidence, flags, streams);
  streams.stdout.write(rendered(report, flags, streams));
  return report.exitCode;
}

async function connectionsOf(
  flags: PreflightFlags,
  intent: Intent,
  streams: Streams,
): Promise<readonly ConnectionResult[]> {
  if (flags.connect !== true) return [];
  const { connectHosts, documentedHosts } = await import('../collect/connect-hosts.ts');
  const progress = createProgress(streams);
  const hosts = documentedHosts(intent.region, intent.hosts);
  progress.show(`connecting to ${hosts.length} hosts`);
  try {
    return await connectHosts(hosts);
  } finally {
    progress.clear();
  }
}

/** What a capture was judged for before is not what is asked now. */
export function withIntent(snapshot: Snapshot, intent: ObjectEvidence): Snapshot {
  const others = snapshot.evidence.filter(({ id }) => id !== INTENT_EVIDENCE);
  const taken: Snapshot = { ...snapshot, evidence: [...others, intent] };
  return { ...taken, digest: snapshotDigest(taken) };
}

async function fromCluster(
  evidence: ObjectEvidence,
  flags: PreflightFlags,
  streams: Streams,
): Promise<PreflightReport> {
  const progress = createProgress(streams);
  const port = await openCluster(flags, streams);
  try {
    const { report } = await preflightLive(port, evidence, rules, flags.namespace, progress.show);
    if (flags.debug === true) streams.stderr.write(`${port.requests} requests to the cluster\n`);
    return report;
  } finally {
    progress.clear();
    port.close();
  }
}

function rendered(report: PreflightReport, flags: PreflightFlags, streams: Streams): string {
  switch (flags.output) {
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'junit':
      return renderPreflightJunit(report);
    case 'markdown':
      return renderPreflightMarkdown(report);
    case 'arcml-healthcheck':
      return renderHealthCheckMap(report);
    case 'text':
      return flags.plain === true
        ? renderPreflightPlain(report)
        : renderPreflight(report, {
            width: terminalWidth(streams),
            colour: useColour(streams),
            ascii: flags.ascii === true || needsAscii(streams),
          });
  }
}
