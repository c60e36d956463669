/**
 * Joins what the kubelet complains of with what the look-up shows: ConfigMaps, Secrets and keys that a held-up Pod needs and that are not
 * there. A complaint about something that exists meanwhile is kept apart, since the kubelet tries again by itself.
 */
import type { Citation, EvidenceGap, Lookup, Timestamp } from '../model/evidence.ts';
import type { Effect } from '../model/finding.ts';
import { defineView } from '../model/reader.ts';
import { configurationTrouble, type ConfigurationComplaint } from './configuration-complaints.ts';
import type { ConfigurationKind, ConfigurationSource, ConfigurationUse } from './configuration-sources.ts';

export interface ConfigurationFault {
  readonly kind: ConfigurationKind;
  readonly source: ConfigurationSource;
  /** The missing keys; empty where the object itself is missing. */
  readonly keys: readonly string[];
  /** `container inference`, `volume rules`. */
  readonly neededBy: string;
  readonly confirmed: boolean;
  readonly basis: string;
  readonly effects: readonly Effect[];
  readonly since?: Timestamp;
  readonly complaint?: ConfigurationComplaint;
  readonly citations: readonly [Citation, ...Citation[]];
}

export interface ConfigurationFaults {
  readonly heldUp: boolean;
  readonly faults: readonly ConfigurationFault[];
  /** Shows that what the kubelet complained of is there now. */
  readonly mended: readonly Citation[];
  /** Objects that could not be looked up and that nobody complained of. */
  readonly gaps: readonly EvidenceGap[];
}

export const configurationFaults = defineView<Lookup<ConfigurationFaults>>({
  id: 'configuration-faults',
  needs: [],
  uses: [configurationTrouble],
  derive(context, subject) {
    const trouble = context.use(configurationTrouble, subject);
    if (trouble.state !== 'present') return trouble;
    const { sources, complaints, heldUp } = trouble.value;
    const faults: ConfigurationFault[] = [];
    const mended: Citation[] = [];
    const gaps: EvidenceGap[] = [];
    for (const source of heldUp ? sources : []) {
      const about = complaints.filter(
        (complaint) => complaint.kind === source.kind && complaint.name === source.ref.name,
      );
      const fault = objectFault(source, about) ?? keyFault(source, about);
      if (fault) faults.push(complaints.length > 0 ? fault : { ...fault, confirmed: false });
      else if (source.object.state === 'present' && about.length > 0) mended.push(source.object.cite);
      else if (source.object.state === 'unknown') gaps.push(source.object.gap);
    }
    return { state: 'present', cite: trouble.cite, value: { heldUp, faults, mended, gaps } };
  },
});

function objectFault(
  source: ConfigurationSource,
  about: readonly ConfigurationComplaint[],
): ConfigurationFault | undefined {
  const complaint = about.find((candidate) => candidate.key === undefined);
  const required = source.uses.filter((use) => !use.optional);
  if (source.object.state === 'present' || required.length === 0) return undefined;
  if (source.object.state === 'unknown' && !complaint) return undefined;
  const absent = source.object.state === 'absent' ? [source.object.cite] : [];
  return faultOf(source, [], required, complaint, absent);
}

function keyFault(
  source: ConfigurationSource,
  about: readonly ConfigurationComplaint[],
): ConfigurationFault | undefined {
  const named = about.flatMap((candidate) => (candidate.key === undefined ? [] : [candidate.key]));
  const keys =
    source.object.state === 'present' ? source.missingKeys.map((missing) => missing.key) : [...new Set(named)];
  if (keys.length === 0) return undefined;
  const complaint = about.find((candidate) => candidate.key !== undefined && keys.includes(candidate.key));
  const uses = source.uses.filter((use) => !use.optional && use.key !== undefined && keys.includes(use.key));
  return faultOf(source, keys, uses, complaint, source.object.state === 'present' ? [source.object.cite] : []);
}

function faultOf(
  source: ConfigurationSource,
  keys: readonly string[],
  uses: readonly ConfigurationUse[],
  complaint: ConfigurationComplaint | undefined,
  looked: readonly Citation[],
): ConfigurationFault | undefined {
  const [first, ...more] = [
    ...(complaint?.citations ?? []).slice(0, 1),
    ...looked,
    ...uses.slice(0, 1).map((use) => use.cite),
  ];
  if (!first) return undefined;
  const effects = new Set<Effect>(
    uses.map((use) => (use.through === 'volume' ? 'volume-not-mounted' : 'container-not-created')),
  );
  return {
    kind: source.kind,
    source,
    keys,
    neededBy: usersOf(uses),
    confirmed: true,
    basis: complaint
      ? 'the kubelet names what is missing'
      : 'the pod needs it, and a look-up shows that it is not there',
    effects: effects.size > 0 ? [...effects] : ['container-not-created'],
    ...(complaint?.since === undefined ? {} : { since: complaint.since }),
    ...(complaint === undefined ? {} : { complaint }),
    citations: [first, ...more.slice(0, 3)],
  };
}

function usersOf(uses: readonly ConfigurationUse[]): string {
  const users = [
    ...new Set(
      uses.map((use) => (use.through === 'volume' ? `volume ${use.label}` : `container ${use.container ?? ''}`)),
    ),
  ];
  return users.length === 0 ? 'the pod' : users.slice(0, 3).join(' and ');
}

/** `container inference` as the beginning of a sentence. */
export function capital(neededBy: string): string {
  return `${neededBy.slice(0, 1).toUpperCase()}${neededBy.slice(1)}`;
}
