/**
 * The vocabulary of preflight: what a person intends, and which checks judge it. The intent is an object of the Snapshot, so that a judgement can
 * be computed again from a capture. Data and types only.
 */
import type { ResourceRef } from './reference.ts';

export const PREFLIGHT_PROFILES = ['azureml', 'kserve', 'kubernetes'] as const;
export type PreflightProfile = (typeof PREFLIGHT_PROFILES)[number];

/** The hooks of Helm at which the extension's own health check runs, too. */
export const PREFLIGHT_PHASES = ['pre-install', 'pre-upgrade', 'pre-rollback', 'pre-delete'] as const;
export type PreflightPhase = (typeof PREFLIGHT_PHASES)[number];

/** The object that holds the intent. */
export const PREFLIGHT: ResourceRef = { apiVersion: 'inferscope', kind: 'Preflight', name: 'preflight' };
export const INTENT_EVIDENCE = 'ev:preflight';

/** What makes a rule a check of preflight. */
export interface PreflightCheck {
  readonly profile: PreflightProfile;
  /** Profiles that need the same, and make the check where its own was not chosen. */
  readonly also?: readonly PreflightProfile[];
  /** What it judges, as a line of the report names it: `load balancer support`. */
  readonly title: string;
  /** blocking: the installation or the first deployment fails. advisory: something will not work as meant. */
  readonly weight: 'blocking' | 'advisory';
  /** Phases in which it matters; all where left out. */
  readonly phases?: readonly PreflightPhase[];
  /** Foreign code of the same check: `E40001`. */
  readonly foreignCode?: string;
}

/** One TLS handshake that was tried, where the person allowed it. */
export interface ConnectionResult {
  readonly host: string;
  readonly port: number;
  readonly result: 'connected' | 'not-resolved' | 'refused' | 'timeout' | 'untrusted' | 'failed';
  /** Words of the network, or the issuer of an untrusted certificate. */
  readonly detail: string;
  /** What it is needed for. */
  readonly purpose: string;
}
