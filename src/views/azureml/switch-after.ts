/**
 * Whether a switch of the extension is on after the change that a person intends. What was given holds, and an installation takes the default; a later
 * change keeps what is there, and that is read from the cluster. Pure.
 */
import type { EvidenceGap, Lookup } from '../../model/evidence.ts';
import type { PreflightIntent } from '../preflight-intent.ts';
import type { InstalledPrograms } from './installed-programs.ts';

/** `installed`: the extension's own part that the switch brings. The gap where that decides and was not read. */
export function switchAfter(intent: PreflightIntent, name: string, installed: Lookup<unknown>): boolean | EvidenceGap {
  if (intent.setting(name) !== undefined || intent.phase === 'pre-install') return intent.isOn(name);
  switch (installed.state) {
    case 'present':
      return true;
    case 'unknown':
      return installed.gap;
    case 'absent':
      return intent.isOn(name);
  }
}

/** Where the extension has none of its own and another does the work, the switch was turned off when it was installed. */
export function programSwitchAfter(
  intent: PreflightIntent,
  name: string,
  { own, foreign, complete }: InstalledPrograms,
): boolean | EvidenceGap {
  const [part] = own;
  if (part !== undefined)
    return switchAfter(intent, name, {
      state: 'present',
      value: part,
      cite: part.workload.cite(part.workload.ref.name),
    });
  const after = switchAfter(
    intent,
    name,
    complete.state === 'present' ? { state: 'absent', cite: complete.cite } : complete,
  );
  const kept = intent.setting(name) === undefined && intent.phase !== 'pre-install' && foreign.length > 0;
  return after === true && kept ? false : after;
}
