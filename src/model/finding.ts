/**
 * What rules say: verdicts, findings and fixes. Plain data that goes into the Report as it is; no logic.
 */
import type { Citations, EvidenceGap, Timestamp } from './evidence.ts';
import type { ResourceRef } from './reference.ts';

/** The life of a deployment, in order; `platform` has no place in the order and may cause any other. */
export const STAGES = [
  'tool',
  'admission',
  'scheduling',
  'images',
  'model',
  'start',
  'readiness',
  'traffic',
  'behaviour',
  'platform',
] as const;
export type Stage = (typeof STAGES)[number];

/**
 * confirmed: the evidence states the cause itself. likely: it is what this cause leaves behind, and its look-alikes are ruled out.
 * possible: it fits, look-alikes are not ruled out.
 */
export type Certainty = 'confirmed' | 'likely' | 'possible';

/**
 * What a cause does to the objects that it affects. Links join a finding with the symptom that represents one of its effects.
 */
const EFFECTS = [
  /** The controller (ReplicaSet, StatefulSet, DaemonSet, Job) may not create its pods. */
  'pod-not-created',
  'pod-not-scheduled',
  'image-not-pulled',
  'volume-not-mounted',
  /** The sandbox or the container could not be made: configuration, security context, runtime. */
  'container-not-created',
  /** The runtime could not start the process. */
  'container-not-started',
  'container-exits',
  /** Killed from outside the program: memory, liveness probe, eviction. */
  'container-killed',
  'container-not-ready',
  'pod-evicted',
  /** The node of the pod does not report. */
  'pod-lost',
  'claim-not-bound',
  'service-without-endpoints',
  /** Everything is Ready and requests fail all the same. */
  'requests-fail',
  /** Everything is Ready and the work is not done. */
  'work-not-done',
  'not-scaled',
  /** The rollout does not go on although nothing fails: paused, scaled to zero. */
  'rollout-stopped',
  'object-refused',
  'node-not-ready',
  /** The controller of a custom resource does not do its work on it: it will not, cannot, or does not run. */
  'object-not-reconciled',
  /** The gateway does not (yet) route the host of this object. */
  'route-not-ready',
  /** The platform gave the rollout up although the program was still starting. */
  'rollout-timed-out',
  /** What is going to be installed, upgraded or deleted fails, or does not work as meant. */
  'install-fails',
] as const;
export type Effect = (typeof EFFECTS)[number];

export type Step =
  | { readonly kind: 'command'; readonly argv: readonly string[]; readonly mutates: boolean }
  | { readonly kind: 'manual'; readonly text: string };

export interface Fix {
  /** Imperative: `Create the pull secret acr-secret in pred-maint`. */
  readonly title: string;
  /** safe: idempotent, restarts nothing that serves. review: mutates or restarts. fill-in: has <PLACEHOLDERS>. advice: no command. */
  readonly applicability: 'safe' | 'review' | 'fill-in' | 'advice';
  /** What applying it does to what runs now. */
  readonly effect: string;
  readonly steps: readonly Step[];
  readonly undo: readonly Step[];
  readonly verify: Step;
  /** Who owns the field (Helm, Argo CD) and what that means for the fix. */
  readonly lasting?: string;
}

export interface Message {
  readonly id: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly text: string;
}

/** One observed step between the cause and its effect, in the cluster's terms. */
export interface TraceStep {
  readonly text: string;
  readonly citations: readonly Citations[number][];
}

export interface Finding {
  /** Stable over pod restarts and reports: code, object at fault, container. */
  readonly fingerprint: string;
  readonly code: string;
  readonly name: string;
  readonly stage: Stage;
  readonly role: 'cause' | 'symptom';
  /** Yields to any specific cause of the same effect on the same object. */
  readonly general: boolean;
  readonly certainty: Certainty;
  /** Why that certainty: `the kubelet's event names the missing secret`. */
  readonly basis: string;
  readonly message: Message;
  /** What follows from it, one or two sentences; never the fix. */
  readonly consequence?: string;
  /** Where the mistake is. */
  readonly subject: ResourceRef;
  readonly container?: string;
  /** The objects on which the effects show (mostly Pods). */
  readonly affects: readonly ResourceRef[];
  readonly effects: readonly Effect[];
  readonly since?: Timestamp;
  readonly citations: Citations;
  readonly trace: readonly TraceStep[];
  readonly fixes: readonly Fix[];
}

export type Verdict =
  /** `wants`: what was not read and would make it surer or more exact. */
  | {
      readonly state: 'found';
      readonly findings: readonly [Finding, ...Finding[]];
      readonly wants?: readonly EvidenceGap[];
    }
  | { readonly state: 'ruled-out'; readonly because: string; readonly citations: Citations }
  | { readonly state: 'not-applicable'; readonly because: string }
  | { readonly state: 'unknown'; readonly gaps: readonly [EvidenceGap, ...EvidenceGap[]] }
  /** Engine only: an earlier stage is broken. */
  | { readonly state: 'not-reached'; readonly blockedBy: string }
  /** Engine only. */
  | { readonly state: 'crashed'; readonly error: string };
