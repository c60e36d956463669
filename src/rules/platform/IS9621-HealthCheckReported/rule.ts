/** Check: the extension's own health check failed with a code that no other check decides; its words are all there is. */
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import type { Citation } from '../../../model/evidence.ts';
import type { Fix, Verdict } from '../../../model/finding.ts';
import type { PreflightPhase } from '../../../model/preflight.ts';
import { healthCheckCodes } from '../../../views/azureml/catalog/health-check-codes.ts';
import { healthCheck, type HealthCheckFound, type HealthCheckPart } from '../../../views/azureml/health-check.ts';
import type { HealthCheckResult } from '../../../views/parse/health-check-report.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

/** Codes that a check of ours decides from the cluster itself: the report of then is only compared with it. */
const DECIDED: ReadonlySet<string> = new Set(
  healthCheckCodes
    .filter(({ reasons }) =>
      reasons.some((reason) => 'shownBy' in reason && reason.shownBy.some((code) => code !== 'IS9621')),
    )
    .map(({ name }) => name),
);
/** Their checks look at the extension that is installed: before an installation there is none. */
const DECIDED_LATER: ReadonlySet<string> = new Set(['E40004', 'E40005', 'E40006', 'E45001']);
const LONGEST_WORDS = 160;

export default defineRule({
  code: 'IS9621',
  name: 'HealthCheckReported',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: "The Azure ML extension's own health check failed with a code that nothing in the cluster explains",
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: ['E40000', 'UNKNOWN_ERROR', 'E49999', 'CHECKER_PANIC', 'arcml-healthcheck', 'pod healthcheck failed'],
  preflight: {
    profile: 'azureml',
    title: "extension's own report",
    // The report is of an earlier attempt: whether the next one fails as well, it cannot tell.
    weight: 'advisory',
  },
  needs: { intent: preflightIntent, report: healthCheck },
  messages: {
    unknown: 'Checker {checker} of the extension failed in {part} with {code}, for which it has no name: {words}',
    panic: 'Checker {checker} of the extension crashed in {part} ({code}): {words}',
    named: 'Checker {checker} of the extension failed in {part} with {code} ({title}): {words}',
    unlisted: 'Checker {checker} of the extension failed in {part} with {code}, a code that no document has: {words}',
    uncoded: 'Checker {checker} of the extension failed in {part} and gives no code: {words}',
  },
  check({ intent, report }, context) {
    if (intent === undefined) return context.notApplicable('nothing is to be installed');
    if (report.state === 'unknown') return context.unknown(report.gap);
    if (report.state === 'absent')
      return context.notApplicable('the extension left no report: its health check has not run here');
    const { parts, errors, gap } = report.value;
    const matters = parts.filter((part) => part.matters);
    const wants = gap === undefined || errors.length > 0 ? {} : { wants: [gap] };
    const verdicts = matters.flatMap((part) =>
      part.report.results
        .filter(({ passed, code }) => !passed && !isDecided(code, intent.phase))
        .map((result): Verdict => {
          const { checker, code, message } = result;
          const args = {
            checker: checker === '' ? '(not named)' : checker,
            part: part.part,
            words: message === undefined ? 'it says nothing more' : quoted(message, LONGEST_WORDS),
          };
          const common = {
            subject: part.source,
            certainty: 'confirmed',
            basis: "the extension's report says so",
            consequence:
              'A checker that fails ends the Helm hook and with it the release. Nothing that preflight reads in this phase decides this code: whether it fails again, the next attempt shows.',
            cite: citesOf(part, errors),
            ...(part.report.date === undefined ? {} : { since: part.report.date }),
            fixes: [readLog(intent, part, result)],
            ...wants,
          } as const;
          switch (code) {
            case undefined:
              return context.found({ message: 'uncoded', args, ...common });
            case 'E40000':
              return context.found({ message: 'unknown', args: { ...args, code }, ...common });
            case 'E49999':
              return context.found({ message: 'panic', args: { ...args, code }, ...common });
            default: {
              const title = healthCheckCodes.find(({ name }) => name === code)?.title;
              if (title !== undefined)
                return context.found({ message: 'named', args: { ...args, code, title }, ...common });
              return context.found({ message: 'unlisted', args: { ...args, code }, ...common });
            }
          }
        }),
    );
    const [first, ...more] = verdicts;
    if (first !== undefined) return context.all([first, ...more]);
    const [read] = matters;
    if (read === undefined || read.report.results.length === 0)
      return context.notApplicable('the extension left no report of this phase that can be read');
    const failed = read.report.results.filter(({ passed }) => !passed).length;
    return context.ruledOut(
      failed === 0
        ? `no checker failed in ${read.part}`
        : `each code that ${read.part} failed with is judged by a check of its own`,
      read.cite(`${read.part} report`),
    );
  },
});

/** Of a report that preflight itself wrote (`-o arcml-healthcheck`). */
const OWN_CODE = /^IS\d{4}$/;

/** Before a deletion no check of ours looks at what the codes stand for: nothing of it hinders that. */
function isDecided(code: string | undefined, phase: PreflightPhase): boolean {
  if (code !== undefined && OWN_CODE.test(code)) return true;
  if (code === undefined || phase === 'pre-delete') return false;
  return DECIDED.has(code) && !(phase === 'pre-install' && DECIDED_LATER.has(code));
}

/** The report, and what the checker wrote while it ran. */
function citesOf(part: HealthCheckPart, errors: HealthCheckFound['errors']): readonly [Citation, ...Citation[]] {
  return [part.cite(`${part.part} report`), ...errors.slice(-2).map(({ cite }) => cite)];
}

function readLog(
  intent: Parameters<typeof verifyWithPreflight>[0],
  part: HealthCheckPart,
  { checker }: HealthCheckResult,
): Fix {
  return fix({
    title: `Read in the log of the pod healthcheck what checker ${checker || 'of the extension'} met`,
    applicability: 'advice',
    effect: 'Changes nothing. The pod stays until the hook runs again.',
    steps: [
      kubectl({ namespace: EXTENSION_NAMESPACE }, ['logs', 'healthcheck'], false),
      manual(
        `Mend what it says, or open a support request with the CorrelationId of the report ${part.part}; then try again.`,
      ),
    ],
    verify: verifyWithPreflight(intent),
  });
}
