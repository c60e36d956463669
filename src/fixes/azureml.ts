/** Fixes that change the Azure ML extension by its settings: the one way that lasts, since the extension writes its objects anew. */
import type { Fix, Step } from '../model/finding.ts';
import { CHART_VALUES } from '../views/parse/azureml-settings.ts';
import type { PreflightIntent } from '../views/preflight-intent.ts';
import { command, fix } from './build.ts';

/** Asking preflight again is the verification; the settings are those that the fix leads to. */
export function verifyWithPreflight(
  intent: PreflightIntent,
  changes: Readonly<Record<string, string | undefined>> = {},
): Step {
  const settings = new Map<string, string>(intent.settings);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) settings.delete(name);
    else settings.set(name, value);
    // The same, by the name of the chart: it would say the contrary.
    settings.delete(CHART_VALUES.get(name)?.name ?? '');
  }
  return command(
    [
      'inferscope',
      'preflight',
      ...(intent.profiles.length === 0 ? [] : ['--profile', intent.profiles.join(',')]),
      '--phase',
      intent.phase,
      ...(intent.extensionName === undefined ? [] : ['--extension-name', intent.extensionName]),
      ...[...settings].flatMap(([name, value]) => ['--config', `${name}=${value}`]),
    ],
    false,
  );
}

/**
 * Gives the extension other settings; undefined leaves one out. Before the installation it is the command that installs with them; afterwards
 * `update`, which restarts what the setting concerns, and where a setting is taken back by an empty value.
 */
export function changeSettings(
  intent: PreflightIntent,
  title: string,
  changes: Readonly<Record<string, string | undefined>>,
  effect: string,
): Fix {
  const installing = intent.phase === 'pre-install';
  const settings = new Map<string, string>(installing ? given(intent) : []);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined && installing) settings.delete(name);
    else settings.set(name, value ?? '');
    settings.delete(CHART_VALUES.get(name)?.name ?? '');
  }
  return fix({
    title,
    applicability: 'fill-in',
    effect,
    steps: [
      command(
        [
          ...EXTENSION,
          installing ? 'create' : 'update',
          '--name',
          intent.extensionName ?? '<EXTENSION>',
          ...(installing ? ['--extension-type', 'Microsoft.AzureML.Kubernetes', '--scope', 'cluster'] : []),
          ...CLUSTER_FLAGS,
          '--configuration-settings',
          ...[...settings].map(([name, value]) => `${name}=${value}`),
          ...protectedFlags(intent),
        ],
        true,
      ),
    ],
    undo: installing
      ? [command([...EXTENSION, 'delete', '--name', intent.extensionName ?? '<EXTENSION>', ...CLUSTER_FLAGS], true)]
      : [
          command(
            [
              ...EXTENSION,
              'update',
              '--name',
              intent.extensionName ?? '<EXTENSION>',
              ...CLUSTER_FLAGS,
              '--configuration-settings',
              ...Object.keys(changes).map((name) => `${name}=${intent.setting(name) ?? '<BEFORE>'}`),
              ...protectedFlags(intent),
            ],
            true,
          ),
        ],
    verify: verifyWithPreflight(intent, changes),
  });
}

/** Without any setting the extension would install nothing: then what was judged is what is installed. */
function given(intent: PreflightIntent): PreflightIntent['settings'] {
  return intent.isAssumed
    ? [
        ['enableTraining', 'True'],
        ['enableInference', 'True'],
      ]
    : intent.settings;
}

/** All of them, every time: an update deletes the protected settings that it does not repeat (azure-ai-docs how-to-deploy-kubernetes-extension.md). */
function protectedFlags(intent: PreflightIntent): readonly string[] {
  if (intent.protectedSettings.length === 0) return [];
  return ['--configuration-protected-settings', ...intent.protectedSettings.map((name) => `${name}=<VALUE>`)];
}

export const EXTENSION = ['az', 'k8s-extension'];
/** `managedClusters` is AKS, `connectedClusters` a cluster attached by Azure Arc. */
export const CLUSTER_FLAGS = [
  '--cluster-type',
  '<managedClusters|connectedClusters>',
  '--cluster-name',
  '<CLUSTER>',
  '--resource-group',
  '<RESOURCE-GROUP>',
];
