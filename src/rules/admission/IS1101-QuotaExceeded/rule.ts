/** Cause: a ResourceQuota leaves no room for the object. */
import { parseQuantity, formatQuantity } from '../../../views/parse/quantity.ts';
import { fix, kubectl, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { textAt } from '../../../model/json.ts';
import type { Fix } from '../../../model/finding.ts';
import type { KubeObject } from '../../../model/reader.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import {
  admissionRefusal,
  REFUSABLE,
  refusalTrace,
  whatFollows,
  whatIsRefused,
  type Refused,
} from '../../../views/admission-refusal.ts';
import { refusalReferences } from '../../../views/refusal-references.ts';
import { defineRule } from '../../define.ts';

interface Numbers {
  readonly resource: string;
  readonly requested: number;
  readonly used: number;
  readonly limited: number;
}

export default defineRule({
  code: 'IS1101',
  name: 'QuotaExceeded',
  stage: 'admission',
  role: 'cause',
  since: '0.1.0',
  title: 'A ResourceQuota leaves no room for the pods',
  appliesTo: REFUSABLE,
  looksAt: 'asked',
  effects: ['pod-not-created'],
  aliases: ['exceeded quota', 'quota-exceeded', 'FailedCreate', 'requested: used: limited:', 'OutOfQuota'],
  needs: { refusal: admissionRefusal, references: refusalReferences },
  messages: {
    full: 'ResourceQuota {quota} has {used} of {limited} {resource} in use; {asker} for {requested} more',
    retry: 'ResourceQuota {quota} refused {what} for {resource}; it has room now: {used} of {limited} are in use',
  },
  check({ refusal, references }, context) {
    if (refusal.state === 'none') return context.notApplicable(refusal.because);
    if (refusal.state === 'unknown') return context.unknown(refusal.gap);
    const { error } = refusal;
    if (error.class !== 'quota-exceeded') return context.ruledOut('the refusal gives another reason', refusal.cite);
    const { named } = references;
    if (named === undefined) return context.notApplicable('the refusal names a quota outside of any namespace');
    const quota = named.found.state === 'present' ? named.found.value : undefined;
    const said = Object.entries(error.requested).map(([resource, requested]) =>
      numbersOf(resource, requested, error.used[resource], error.limited[resource]),
    );
    const tight =
      said.find((numbers) => numbers !== undefined && numbers.used + numbers.requested > numbers.limited) ?? said[0];
    if (tight === undefined) return context.notApplicable('the refusal gives no numbers');
    const now = quota === undefined ? undefined : nowOf(quota, tight);
    const room = now !== undefined && now.used + now.requested <= now.limited;
    const numbers = now ?? tight;
    const show = (value: number): string => formatQuantity(tight.resource, value);
    return context.found({
      message: room ? 'retry' : 'full',
      args: {
        quota: named.ref.name,
        resource: tight.resource,
        limited: show(numbers.limited),
        used: show(numbers.used),
        requested: show(numbers.requested),
        what: whatIsRefused(refusal),
        asker: refusal.ofPods ? `each pod of ${nameWithKind(refusal.root)} asks` : `${nameWithKind(refusal.root)} asks`,
      },
      subject: named.ref,
      certainty: room ? 'likely' : 'confirmed',
      basis: room
        ? 'the API server names the quota; by now it has room, and the controller has not tried again'
        : 'the API server names the quota and its numbers',
      consequence: whatFollows(refusal),
      cite:
        quota === undefined
          ? refusal.cites
          : [
              refusal.cite,
              quota.cite(`${tight.resource} of ResourceQuota ${quota.ref.name}`, '/status'),
              ...refusal.cites.slice(1),
            ],
      trace: refusalTrace(refusal),
      effects: refusal.effects,
      fixes: room ? [again(refusal)] : fixesFor(refusal, numbers, quota, named.ref),
    });
  },
});

function numbersOf(resource: string, requested: unknown, used: unknown, limited: unknown): Numbers | undefined {
  const [asks, uses, allows] = [parseQuantity(requested), parseQuantity(used), parseQuantity(limited)];
  if (asks === undefined || uses === undefined || allows === undefined) return undefined;
  return { resource, requested: asks, used: uses, limited: allows };
}

/** The event's numbers are of the moment of the refusal; the quota's status is of now. */
function nowOf(quota: KubeObject, said: Numbers): Numbers | undefined {
  const used = textAt(quota.body, 'status', 'used', said.resource);
  const hard = textAt(quota.body, 'spec', 'hard', said.resource) ?? textAt(quota.body, 'status', 'hard', said.resource);
  const now = numbersOf(said.resource, said.requested, used, hard);
  return now;
}

/** The controllers back off up to 16 minutes between tries (kubernetes pkg/controller, default rate limiter of the work queue). */
function again(refusal: Refused): Fix {
  return fix({
    title: 'Wait for the next try, or apply again',
    applicability: 'advice',
    effect: 'Nothing is changed; the quota has room.',
    steps: [
      manual(
        refusal.by !== 'command'
          ? 'The controller tries again by itself, after up to 16 minutes.'
          : `Apply ${nameWithKind(refusal.root)} again.`,
      ),
    ],
    verify: verifyWithInferscope(refusal.root),
  });
}

function fixesFor(
  refusal: Refused,
  numbers: Numbers,
  quota: KubeObject | undefined,
  ref: KubeObject['ref'],
): readonly Fix[] {
  const missing = Math.max(1, refusal.desired - refusal.created);
  const wanted = formatQuantity(numbers.resource, numbers.used + missing * numbers.requested);
  const before = formatQuantity(numbers.resource, numbers.limited);
  const free = Math.max(0, numbers.limited - numbers.used);
  const verify =
    refusal.by === 'controller'
      ? verifyWithInferscope(refusal.root)
      : kubectl(ref, ['describe', 'resourcequota', ref.name], false);
  const raise = fix({
    title: `Raise ${numbers.resource} of ResourceQuota ${ref.name} to ${wanted}`,
    applicability: 'review',
    effect: `Namespace ${ref.namespace ?? ''} may use ${wanted} of ${numbers.resource} instead of ${before}; running pods are not touched.`,
    steps: [patch(ref, { spec: { hard: { [numbers.resource]: wanted } } })],
    undo: [patch(ref, { spec: { hard: { [numbers.resource]: before } } })],
    verify,
  });
  const lower = fix({
    title: `Lower what ${whatIsRefused(refusal)} ask for`,
    applicability: 'advice',
    effect: `The quota has ${formatQuantity(numbers.resource, free)} of ${numbers.resource} left, for ${missing} more.`,
    steps: [
      manual(
        `${free > 0 ? `Ask for at most ${formatQuantity(numbers.resource, free / missing)} of ${numbers.resource} each` : `Ask for no ${numbers.resource}`}, ask for fewer replicas, or remove what the namespace no longer needs.`,
      ),
    ],
    verify,
  });
  return quota === undefined ? [lower] : [raise, lower];
}
