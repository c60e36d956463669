/** The common opening of the rules for failed mounts and sandboxes: what is held up, or the verdict where nothing of that kind is. */
import type { EvidenceGap, Citation, Lookup } from '../model/evidence.ts';
import type { Verdict } from '../model/finding.ts';
import type { CreationFailure } from './creation-failure.ts';
import type { MountErrorClass } from './parse/mount-message.ts';

interface Answers {
  notApplicable(because: string): Verdict;
  ruledOut(because: string, ...cite: [Citation, ...Citation[]]): Verdict;
  unknown(...gaps: [EvidenceGap]): Verdict;
}

export type MountOpened =
  | { readonly verdict: Verdict }
  | {
      readonly verdict?: undefined;
      readonly failure: CreationFailure;
      readonly mount: NonNullable<CreationFailure['mount']>;
    };

export function whereMountFails(
  found: Lookup<CreationFailure>,
  classes: readonly MountErrorClass[],
  context: Answers,
): MountOpened {
  if (found.state === 'unknown') return { verdict: context.unknown(found.gap) };
  if (found.state === 'absent')
    return { verdict: context.notApplicable('the pod is not held up between its node and its containers') };
  const failure = found.value;
  if (failure.mount === undefined) {
    if (failure.sandbox !== undefined)
      return { verdict: context.ruledOut('the sandbox fails, so the volumes are mounted', failure.sandbox.cite()) };
    return {
      verdict:
        failure.eventsGap === undefined
          ? context.notApplicable('no event tells of a failed mount')
          : context.unknown(failure.eventsGap),
    };
  }
  const { mount } = failure;
  if (!classes.includes(mount.error.class))
    return { verdict: context.ruledOut('the mount fails for another reason', mount.event.cite()) };
  return { failure, mount };
}

export type SandboxOpened =
  | { readonly verdict: Verdict }
  | {
      readonly verdict?: undefined;
      readonly failure: CreationFailure;
      readonly event: NonNullable<CreationFailure['sandbox']>;
    };

export function whereSandboxFails(found: Lookup<CreationFailure>, context: Answers): SandboxOpened {
  if (found.state === 'unknown') return { verdict: context.unknown(found.gap) };
  if (found.state === 'absent')
    return { verdict: context.notApplicable('the pod is not held up between its node and its containers') };
  const failure = found.value;
  if (failure.sandbox !== undefined) return { failure, event: failure.sandbox };
  if (failure.mount !== undefined)
    return {
      verdict: context.ruledOut('a volume is not mounted, which comes before the sandbox', failure.mount.event.cite()),
    };
  return {
    verdict:
      failure.eventsGap === undefined
        ? context.notApplicable('no event tells of a failed sandbox')
        : context.unknown(failure.eventsGap),
  };
}
