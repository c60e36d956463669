/**
 * What is wrong with the settings that a person gives the Azure ML extension, by themselves: as the Azure CLI judges them before it sends them
 * (azure-cli-extensions `AzureMLKubernetes.py`), and what it lets pass. Pure; what the cluster makes of a setting is for other checks.
 */
import type { Citation } from '../../model/evidence.ts';
import { pointerTo } from '../../model/json.ts';
import type { ExtensionPlan } from './extension-plan.ts';
import { routerServiceType } from './extension-plan.ts';
import { EXTENSION_SETTINGS, SETTING_PREFIXES, type ExtensionSetting } from '../parse/azureml-settings.ts';
import { nearestNames } from '../parse/nearest-name.ts';
import { quoted } from '../parse/quoted.ts';
import type { PreflightIntent } from '../preflight-intent.ts';

export type SettingFault =
  | { readonly id: 'neither'; readonly cite: readonly Citation[] }
  | { readonly id: 'httpsMissing' | 'cnameMissing' | 'typeMissing'; readonly cite: readonly Citation[] }
  | {
      readonly id: 'pairIncomplete';
      readonly given: string;
      readonly missing: string;
      readonly cite: readonly Citation[];
    }
  | { readonly id: 'httpOnly'; readonly given: string; readonly cite: readonly Citation[] }
  | { readonly id: 'typeUnknown'; readonly value: string; readonly cite: readonly Citation[] }
  | { readonly id: 'internalNodePort'; readonly cite: readonly Citation[] }
  | {
      readonly id: 'twice' | 'plainSecret' | 'retired' | 'wrongValue' | 'leftOut';
      readonly names: readonly string[];
      /** `enableInference=yes (True or False)`; the bare names where values do not matter or must not be told. */
      readonly texts: readonly string[];
      readonly cite: readonly Citation[];
    }
  | {
      readonly id: 'unknown' | 'renamed';
      /** `value`: what today's setting is to hold, where it is not the value of the old one. */
      readonly names: readonly { readonly name: string; readonly meant?: string; readonly value?: string }[];
      readonly cite: readonly Citation[];
    };

const KNOWN: ReadonlyMap<string, ExtensionSetting> = new Map(
  EXTENSION_SETTINGS.map((setting) => [setting.name, setting]),
);

/** Names of older documents: Azure/AML-Kubernetes `deploy-extension.md` (whose examples misname the key file), release notes. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['sslCertKeyFile', 'sslKeyPemFile'],
  ['volcanoScheduler.enable', 'installVolcano'],
  // azure-cli-extensions AzureMLKubernetes.py of 2021.
  ['privateEndpointNodeport', 'inferenceRouterServiceType'],
  ['privateEndpointILB', 'internalLoadBalancerProvider'],
  ['inferenceLoadBalancerHA', 'inferenceRouterHA'],
]);

/** Switches of old, whose successors take words. */
const ONCE_SWITCHES: ReadonlyMap<string, string> = new Map([
  ['privateEndpointNodeport', 'NodePort'],
  ['privateEndpointILB', 'azure'],
]);

/** Other checks judge these values. */
const JUDGED_ELSEWHERE = new Set(['inferenceRouterServiceType', 'internalLoadBalancerProvider']);

const PAIR = ['sslCertPemFile', 'sslKeyPemFile'] as const;

export function settingFaults(plan: ExtensionPlan): readonly SettingFault[] {
  const { intent } = plan;
  const names = namesFaults(intent);
  const values = wrongValues(intent);
  return [...(plan.installing ? installFaults(plan, values) : []), ...togetherFaults(plan), ...values, ...names];
}

/** What the CLI refuses where it is missing; an update leaves what is not given as it is. */
function installFaults(plan: ExtensionPlan, values: readonly SettingFault[]): readonly SettingFault[] {
  const { intent } = plan;
  const faults: SettingFault[] = [];
  const doubtful = (name: string): boolean =>
    intent.protectedSettings.includes(name) ||
    values.some((fault) => fault.id === 'wrongValue' && fault.names.includes(name));
  if (!plan.training && !plan.inference) {
    if (!doubtful('enableTraining') && !doubtful('enableInference'))
      faults.push({ id: 'neither', cite: [intent.cite('the settings', '/spec/settings')] });
    return faults;
  }
  if (!plan.inference) return faults;
  const enabled = intent.citeSetting('enableInference');
  if (!intent.isGiven('inferenceRouterServiceType'))
    faults.push({ id: 'typeMissing', cite: [enabled, intent.citeSetting('inferenceRouterServiceType')] });
  if (intent.isOn('allowInsecureConnections')) {
    const given = ['sslSecret', ...PAIR].filter((name) => intent.isGiven(name));
    if (given.length > 0)
      faults.push({
        id: 'httpOnly',
        given: given.join(' and '),
        cite: [intent.citeSetting('allowInsecureConnections'), enabled],
      });
    return faults;
  }
  const hasPair = PAIR.every((name) => intent.isGiven(name));
  const hasPart = PAIR.some((name) => intent.isGiven(name));
  // Half a pair is told by itself.
  if (!intent.isGiven('sslSecret') && !hasPair && !hasPart)
    faults.push({ id: 'httpsMissing', cite: [enabled, intent.citeSetting('sslSecret')] });
  if (!intent.isGiven('sslCname')) faults.push({ id: 'cnameMissing', cite: [enabled, intent.citeSetting('sslCname')] });
  return faults;
}

/** What does not go together, whenever it is given. */
function togetherFaults({ intent, serviceType }: ExtensionPlan): readonly SettingFault[] {
  const faults: SettingFault[] = [];
  const [given, ...more] = PAIR.filter((name) => intent.isGiven(name));
  const missing = PAIR.find((name) => !intent.isGiven(name));
  if (given !== undefined && more.length === 0 && missing !== undefined)
    faults.push({
      id: 'pairIncomplete',
      given,
      missing,
      cite: [intent.cite(`${given} is given, ${missing} is not`, citedPointer(intent, given))],
    });
  const type = intent.setting('inferenceRouterServiceType')?.trim() ?? '';
  if (type !== '' && routerServiceType(type) === undefined)
    faults.push({
      id: 'typeUnknown',
      value: quoted(type, 60),
      cite: [intent.citeSetting('inferenceRouterServiceType')],
    });
  if (serviceType === 'nodeport' && intent.isGiven('internalLoadBalancerProvider'))
    faults.push({
      id: 'internalNodePort',
      cite: [intent.citeSetting('internalLoadBalancerProvider'), intent.citeSetting('inferenceRouterServiceType')],
    });
  return faults;
}

function citedPointer(intent: PreflightIntent, name: string): string {
  if (intent.protectedSettings.includes(name)) return '/spec/protectedSettings';
  return intent.file(name) === undefined ? '/spec/settings' : '/spec/files';
}

function wrongValues(intent: PreflightIntent): readonly SettingFault[] {
  const wrong = intent.settings.filter(([name, value]) => {
    const allowed = KNOWN.get(name)?.values;
    const folded = value.trim().toLowerCase();
    return allowed !== undefined && folded !== '' && !JUDGED_ELSEWHERE.has(name) && !allowed.includes(folded);
  });
  if (wrong.length === 0) return [];
  const words: Readonly<Record<string, string>> = {
    true: 'True',
    false: 'False',
    fastprod: 'FastProd',
    devtest: 'DevTest',
  };
  return [
    {
      id: 'wrongValue',
      names: wrong.map(([name]) => name),
      texts: wrong.map(([name, value]) => {
        const allowed = (KNOWN.get(name)?.values ?? []).map((known) => words[known] ?? known);
        return `${name}=${quoted(value, 40)} (${allowed.join(' or ')})`;
      }),
      cite: wrong.slice(0, 4).map(([name]) => intent.citeSetting(name)),
    },
  ];
}

/** Names that are unknown, old, without effect, given twice, or given where everybody reads them. */
function namesFaults(intent: PreflightIntent): readonly SettingFault[] {
  const faults: SettingFault[] = [];
  const given = intent.settings.map(([name]) => name);
  const all = [...new Set([...given, ...intent.protectedSettings])];
  const cited = (names: readonly string[]): readonly Citation[] =>
    names.slice(0, 4).map((name) =>
      // Without the value: that of a setting given at the wrong place is a secret.
      given.includes(name)
        ? intent.cite(`setting ${name}`, pointerTo('spec', 'settings', name))
        : intent.cite(`protected setting ${name}`, '/spec/protectedSettings'),
    );
  const group = (id: 'twice' | 'plainSecret' | 'retired' | 'leftOut', names: readonly string[]): void => {
    if (names.length > 0) faults.push({ id, names, texts: names, cite: cited(names) });
  };
  const folded = new Map<string, number>();
  for (const name of [...given, ...intent.protectedSettings])
    folded.set(name.toLowerCase(), (folded.get(name.toLowerCase()) ?? 0) + 1);
  const twice = all.filter((name) => (folded.get(name.toLowerCase()) ?? 0) > 1);
  group('twice', twice);
  group(
    'plainSecret',
    given.filter((name) => KNOWN.get(name)?.isProtected === true && (intent.setting(name) ?? '') !== ''),
  );
  group(
    'retired',
    all.filter((name) => name.startsWith('servicebus.') && intent.setting(name)?.trim().toLowerCase() !== 'false'),
  );
  const renamed = all.filter((name) => RENAMED.has(name));
  if (renamed.length > 0)
    faults.push({
      id: 'renamed',
      names: renamed.map((name) => {
        const value = ONCE_SWITCHES.get(name);
        return { name, meant: RENAMED.get(name) ?? '', ...(value === undefined ? {} : { value }) };
      }),
      cite: cited(renamed),
    });
  const unknown = all.flatMap((name) => {
    if (KNOWN.has(name) || RENAMED.has(name) || twice.includes(name)) return [];
    if (SETTING_PREFIXES.some((prefix) => name.startsWith(prefix))) return [];
    const [meant] = nearestNames(name, [...KNOWN.keys()], 1);
    // Values of the charts below it pass through; they are not listed anywhere.
    if (meant === undefined && name.includes('.')) return [];
    return [{ name: quoted(name, 60), ...(meant === undefined ? {} : { meant }) }];
  });
  const isWhole = intent.isTemplate && intent.phase === 'pre-install';
  group(
    'leftOut',
    EXTENSION_SETTINGS.flatMap(({ name, filledByCli }) =>
      isWhole && filledByCli === true && !intent.isGiven(name) ? [name] : [],
    ),
  );
  if (unknown.length > 0) faults.push({ id: 'unknown', names: unknown, cite: cited(unknown.map(({ name }) => name)) });
  return faults;
}
