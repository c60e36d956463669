/** Fixes for a cluster that is judged before anything is deployed. What has to be installed is said in words: how is the choice of whoever runs it. */
import type { Lookup } from '../model/evidence.ts';
import type { Fix, Step } from '../model/finding.ts';
import type { PreflightProfile } from '../model/preflight.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import { command, fix, manual } from './build.ts';

/** Asking preflight again. */
export function askPreflight(profile: PreflightProfile): Step {
  return command(['inferscope', 'preflight', '--profile', profile], false);
}

export interface ClusterAdvice {
  readonly profile: PreflightProfile;
  /** Imperative, without a full stop. */
  readonly title: string;
  readonly effect: string;
  /** Commands that only read. */
  readonly look?: readonly Step[];
  /** Sentences. */
  readonly what: string;
  readonly owner?: Lookup<FieldOwner> | undefined;
}

/** Something that a person does in the cluster by hand. */
export function adviseCluster(parts: ClusterAdvice): Fix {
  return fix({
    title: parts.title,
    applicability: 'advice',
    effect: parts.effect,
    steps: [...(parts.look ?? []), manual(parts.what)],
    verify: askPreflight(parts.profile),
    owner: parts.owner,
  });
}
