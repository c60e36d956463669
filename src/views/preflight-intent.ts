/**
 * What the person who runs preflight intends: profiles, phase, settings, files and what was tried over the network. The one way of checks to the
 * object that holds it. It judges nothing.
 */
import type { Citation, Timestamp } from '../model/evidence.ts';
import { at, isObject, listAt, objectAt, pointerTo, textAt, type JsonObject } from '../model/json.ts';
import {
  PREFLIGHT,
  PREFLIGHT_PHASES,
  PREFLIGHT_PROFILES,
  type ConnectionResult,
  type PreflightPhase,
  type PreflightProfile,
} from '../model/preflight.ts';
import { defineView } from '../model/reader.ts';
import { CHART_VALUES, settingDefault } from './parse/azureml-settings.ts';

export interface PreflightIntent {
  readonly profiles: readonly PreflightProfile[];
  readonly phase: PreflightPhase;
  /** Name of the extension's release, where it was given. */
  readonly extensionName: string | undefined;
  /** The settings are those of a template of Azure Resource Manager: the Azure CLI adds nothing to them. */
  readonly isTemplate: boolean;
  /** As written, in order; values of protected settings are not here. */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Names of protected settings that were given. */
  readonly protectedSettings: readonly string[];
  /** Nobody gave settings: what is judged is what most people install, training and inference with defaults. */
  readonly isAssumed: boolean;
  /** As written, or as the value of the chart says it; undefined where it was not given. */
  setting(name: string): string | undefined;
  /** A switch, with the documented default where it was not given. */
  isOn(name: string): boolean;
  /** As a setting with a value, as a protected one, or as a file that was read. */
  isGiven(name: string): boolean;
  /** Facts of a PEM file that was given; `pemOf` reads them. */
  file(name: string): JsonObject | undefined;
  /** When files were read; a certificate made after a capture was taken is none of the future. Undefined where none was given. */
  readonly filesReadAt: Timestamp | undefined;
  readonly connections: readonly ConnectionResult[];
  /** Cites the intent as a whole, or one setting: `/spec/settings/enableInference`. */
  cite(label: string, pointer?: string): Citation;
  citeSetting(name: string): Citation;
}

/** Undefined outside preflight. */
export const preflightIntent = defineView<PreflightIntent | undefined>({
  id: 'preflight-intent',
  needs: [{ type: 'object', kind: 'Preflight' }],
  derive(context) {
    const found = context.object(PREFLIGHT);
    if (found.state !== 'present') return undefined;
    const { body } = found.value;
    const written = at(body, 'spec', 'settings');
    const settings = isObject(written)
      ? Object.entries(written).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []))
      : [];
    const values = new Map(settings);
    const valueOf = (name: string): string | undefined => values.get(name) ?? chartValue(name, values);
    const protectedSettings = texts(listAt(body, 'spec', 'protectedSettings'));
    const isHidden = (name: string | undefined): boolean =>
      name !== undefined && (protectedSettings.includes(name) || objectAt(body, 'spec', 'files', name) !== undefined);
    const isAssumed = settings.length === 0 && protectedSettings.length === 0;
    const cite = (label: string, pointer?: string): Citation => found.value.cite(label, pointer);
    const phase = textAt(body, 'spec', 'phase');
    return {
      profiles: PREFLIGHT_PROFILES.filter((profile) => texts(listAt(body, 'spec', 'profiles')).includes(profile)),
      phase: PREFLIGHT_PHASES.find((known) => known === phase) ?? 'pre-install',
      extensionName: textAt(body, 'spec', 'extensionName'),
      isTemplate: at(body, 'spec', 'isTemplate') === true,
      settings,
      protectedSettings,
      isAssumed,
      setting: valueOf,
      isOn: (name) => (values.get(name)?.trim().toLowerCase() ?? assumed(name, isAssumed)) === 'true',
      isGiven: (name) =>
        (valueOf(name)?.trim() ?? '') !== '' || isHidden(name) || isHidden(CHART_VALUES.get(name)?.name),
      file: (name) => objectAt(body, 'spec', 'files', name),
      filesReadAt: textAt(body, 'spec', 'filesReadAt'),
      connections: listAt(body, 'spec', 'connections').flatMap((entry) => connectionOf(entry) ?? []),
      cite,
      citeSetting: (name) => {
        const chart = CHART_VALUES.get(name)?.name;
        const own = !values.has(name) && chart !== undefined && valueOf(name) !== undefined ? chart : name;
        return cite(
          values.has(own) ? `${own}=${values.get(own) ?? ''}` : `${name} is not given`,
          pointerTo('spec', 'settings', own),
        );
      },
    };
  },
});

/** Without any setting nothing would be installed at all, and nothing could be judged. */
function assumed(name: string, isAssumed: boolean): string | undefined {
  return isAssumed && (name === 'enableInference' || name === 'enableTraining') ? 'true' : settingDefault(name);
}

/** What the chart's own value says that the setting would be. */
function chartValue(name: string, values: ReadonlyMap<string, string>): string | undefined {
  const chart = CHART_VALUES.get(name);
  const value = chart === undefined ? undefined : values.get(chart.name);
  if (chart?.meaning === undefined || value === undefined) return value;
  return value.trim().toLowerCase() === 'true' ? chart.meaning : undefined;
}

function texts(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === 'string');
}

const RESULTS: readonly ConnectionResult['result'][] = [
  'connected',
  'not-resolved',
  'refused',
  'timeout',
  'untrusted',
  'failed',
];

function connectionOf(entry: unknown): ConnectionResult | undefined {
  const host = textAt(entry, 'host');
  const port = at(entry, 'port');
  const result = RESULTS.find((known) => known === textAt(entry, 'result'));
  if (host === undefined || typeof port !== 'number' || result === undefined) return undefined;
  return { host, port, result, detail: textAt(entry, 'detail') ?? '', purpose: textAt(entry, 'purpose') ?? '' };
}
