/**
 * Fixes for the programs that stand between a request and a model: networking controllers and gateways. Starting one again restarts nothing that
 * serves.
 */
import type { Lookup } from '../model/evidence.ts';
import type { Fix } from '../model/finding.ts';
import { numberAt } from '../model/json.ts';
import type { KubeObject } from '../model/reader.ts';
import type { ResourceRef } from '../model/reference.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';
import type { FieldOwner } from '../views/field-owner.ts';
import { fix, kubectl, manual, verifyWithInferscope } from './build.ts';

/** For a program without a ready pod: more replicas where none are wanted, else a question about it. */
export function startAgain(workload: KubeObject, owner?: Lookup<FieldOwner>): Fix {
  const { ref } = workload;
  const kind = kindWord(ref);
  const scaled = ref.kind !== 'DaemonSet' && numberAt(workload.body, 'spec', 'replicas') === 0;
  if (scaled)
    return fix({
      title: `Scale ${nameWithKind(ref)} to 1`,
      applicability: 'safe',
      effect: 'It takes up what waited for it; nothing that serves is restarted.',
      steps: [kubectl(ref, ['scale', kind, ref.name, '--replicas=1'], true)],
      undo: [kubectl(ref, ['scale', kind, ref.name, '--replicas=0'], true)],
      verify: kubectl(ref, ['rollout', 'status', `${kind}/${ref.name}`, '--timeout=2m'], false),
      owner,
    });
  return fix({
    title: `Find out why no pod of ${nameWithKind(ref)} is Ready`,
    applicability: 'advice',
    effect: 'It changes nothing; the answer names the cause.',
    steps: [verifyWithInferscope(ref)],
    verify: kubectl(ref, ['rollout', 'status', `${kind}/${ref.name}`, '--timeout=2m'], false),
  });
}

/** Something that a person writes by hand, in one object. */
export function correct(
  ref: ResourceRef,
  parts: { readonly title: string; readonly what: string; readonly effect: string; readonly asked: ResourceRef },
  owner?: Lookup<FieldOwner>,
): Fix {
  return fix({
    title: parts.title,
    applicability: 'advice',
    effect: parts.effect,
    steps: [kubectl(ref, ['get', kindWord(ref), ref.name, '-o', 'yaml'], false), manual(parts.what)],
    verify: verifyWithInferscope(parts.asked),
    owner,
  });
}
