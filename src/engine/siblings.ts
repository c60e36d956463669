/**
 * Pods of one template that show the same symptom in the same way have the same cause: what was found on the one whose log was read holds
 * for its siblings. Spares a request per pod; says nothing where a sibling has a finding of its own.
 */
import type { EvidenceRequest } from '../model/evidence.ts';
import type { Finding } from '../model/finding.ts';
import type { ViewContext } from '../model/reader.ts';
import { refKey, type ResourceRef } from '../model/reference.ts';
import { controllerOf } from '../views/owner-tree.ts';
import { podState } from '../views/pod-state.ts';
import type { RuleRun } from './run-rules.ts';

/** Key under which failing pods look alike: owner, and per troubled container what it waits for or how it ended. */
export function lookAlikeKey(context: ViewContext, ref: ResourceRef): string | undefined {
  if (ref.kind !== 'Pod') return undefined;
  const state = context.use(podState, ref);
  if (state.state !== 'present' || state.value.healthy) return undefined;
  const owner = controllerOf(state.value.pod);
  if (!owner) return undefined;
  const troubles = state.value.troubled.map(
    (container) =>
      `${container.name}:${container.trouble ?? ''}:${container.exit?.reason ?? ''}:${container.exit?.exitCode ?? ''}`,
  );
  const scheduling = state.value.unscheduled?.reason ?? '';
  return [refKey(owner), scheduling, state.value.stuckCreating ? 'creating' : '', ...troubles].join('|');
}

/** Whether a log need not be read because that of a look-alike pod was: it would say the same again. */
export type ReadElsewhere = (request: EvidenceRequest) => boolean;

export function readElsewhere(runs: readonly RuleRun[], context: ViewContext): ReadElsewhere {
  const { groups, keys } = lookAlikes(runs, context);
  return (request) => {
    if (request.type !== 'log') return false;
    const own = refKey(request.pod);
    const siblings = groups.get(keys.get(own) ?? '') ?? [];
    return siblings.some(
      (pod) => refKey(pod) !== own && context.log(pod, request.container, request.previous).state === 'present',
    );
  };
}

interface LookAlikes {
  /** Pods by their key. */
  readonly groups: ReadonlyMap<string, readonly ResourceRef[]>;
  /** The key of each pod. */
  readonly keys: ReadonlyMap<string, string>;
}

function lookAlikes(runs: readonly RuleRun[], context: ViewContext): LookAlikes {
  const groups = new Map<string, ResourceRef[]>();
  const keys = new Map<string, string>();
  for (const { on } of runs) {
    const own = refKey(on);
    if (keys.has(own)) continue;
    const key = lookAlikeKey(context, on);
    if (key === undefined) continue;
    keys.set(own, key);
    const group = groups.get(key);
    if (group) group.push(on);
    else groups.set(key, [on]);
  }
  return { groups, keys };
}

export function extendToSiblings(
  runs: readonly RuleRun[],
  findings: readonly Finding[],
  context: ViewContext,
): readonly Finding[] {
  const { groups, keys } = lookAlikes(runs, context);
  const explained = new Set(
    findings.filter((finding) => finding.role === 'cause').flatMap((finding) => finding.affects.map(refKey)),
  );
  return findings.map((finding) => {
    if (finding.role !== 'cause') return finding;
    const known = new Set(finding.affects.map(refKey));
    const more = finding.affects
      .flatMap((ref) => groups.get(keys.get(refKey(ref)) ?? '') ?? [])
      .filter((sibling) => !known.has(refKey(sibling)) && !explained.has(refKey(sibling)));
    return more.length === 0
      ? finding
      : { ...finding, affects: [...finding.affects, ...new Map(more.map((ref) => [refKey(ref), ref])).values()] };
  });
}
