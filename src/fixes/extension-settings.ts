/** Fixes for settings of the Azure ML extension that are wrong by themselves. */
import type { Fix } from '../model/finding.ts';
import type { SettingFault } from '../views/azureml/setting-faults.ts';
import { EXTENSION_SETTINGS } from '../views/parse/azureml-settings.ts';
import { listed } from '../views/parse/listed.ts';
import type { PreflightIntent } from '../views/preflight-intent.ts';
import { changeSettings, verifyWithPreflight } from './azureml.ts';
import { fix, manual } from './build.ts';

/** What a command cannot say: it depends on files, or on an order of deeds. */
export function settingAdvice(intent: PreflightIntent, title: string, effect: string, text: string): Fix {
  return fix({ title, applicability: 'advice', effect, steps: [manual(text)], verify: verifyWithPreflight(intent) });
}

export function fixesOfFault(fault: SettingFault, intent: PreflightIntent): readonly Fix[] {
  const change = (title: string, changes: Readonly<Record<string, string | undefined>>, effect: string): Fix =>
    changeSettings(intent, title, changes, effect);
  const say = (title: string, effect: string, text: string): Fix => settingAdvice(intent, title, effect, text);
  switch (fault.id) {
    case 'neither':
      return [
        change('Enable training', { enableTraining: 'True' }, 'The components for training are installed.'),
        change(
          'Enable inference',
          {
            enableInference: 'True',
            inferenceRouterServiceType: '<SERVICE-TYPE>',
            sslSecret: '<SECRET>',
            sslCname: '<NAME>',
          },
          'The components for online endpoints are installed.',
        ),
      ];
    case 'httpsMissing':
      return [
        change(
          'Name the Secret of the certificate',
          { sslSecret: '<SECRET>', sslCname: intent.setting('sslCname') ?? '<NAME>' },
          'The router serves HTTPS with keys cert.pem and key.pem of that Secret in namespace azureml.',
        ),
        change(
          'Serve plain HTTP, for tests',
          { allowInsecureConnections: 'True' },
          'Requests and keys of endpoints go over the network in plain text.',
        ),
      ];
    case 'cnameMissing':
      return [
        change(
          'Give the name that clients ask for',
          { sslCname: '<NAME>' },
          'The certificate has to be for that name, and DNS has to lead to the router.',
        ),
      ];
    case 'typeMissing':
    case 'typeUnknown':
      return [
        change(
          'Choose how the router is reached',
          { inferenceRouterServiceType: '<SERVICE-TYPE>' },
          'LoadBalancer: an address of its own. NodePort: a port of every node. ClusterIP: from inside, for an ingress controller of yours. Templates take them in this letter case only.',
        ),
      ];
    case 'internalNodePort':
      return [
        change(
          'Leave internalLoadBalancerProvider out',
          { internalLoadBalancerProvider: undefined },
          'The router is reached at a port of every node. The sample template of ARM sets it to azure by default: an empty text takes it back.',
        ),
      ];
    case 'pairIncomplete':
      return [
        say(
          `Give ${fault.missing} as well`,
          'The router serves HTTPS with both.',
          `Add ${fault.missing}=<FILE> to --configuration-protected-settings.`,
        ),
      ];
    case 'httpOnly':
      return [
        change(
          'Serve HTTPS',
          { allowInsecureConnections: 'False' },
          'The router serves HTTPS; sslCname has to be given, too.',
        ),
      ];
    case 'wrongValue':
      return [
        change(
          'Give values that are taken',
          Object.fromEntries(fault.names.map((name) => [name, '<VALUE>'])),
          'The settings do what they are named after.',
        ),
      ];
    case 'leftOut':
      return [
        say(
          'Give them in the template',
          'The extension knows which cluster it is on.',
          'clusterId, cluster_name and prometheus.prometheusSpec.externalLabels.cluster_name are the resource id of the cluster, cluster_name_friendly its name; location, domain and jobSchedulerLocation are its region (domain as the Azure CLI gives it: <REGION>.cloudapp.azure.com).',
        ),
      ];
    case 'twice':
      return [say('Give it once', 'The value that stays holds.', `Leave one of these away: ${listed(fault.names)}.`)];
    case 'plainSecret':
      return [
        say(
          'Give it as a protected setting',
          'It is stored encrypted; a value that was sent already has to be renewed.',
          `Move ${listed(fault.names)} to --configuration-protected-settings.`,
        ),
      ];
    case 'retired':
      return [
        change(
          'Leave it out',
          Object.fromEntries(fault.names.map((name) => [name, undefined])),
          'Changes nothing that runs.',
        ),
      ];
    case 'renamed':
    case 'unknown': {
      const secret = fault.names.find(({ meant }) => isProtected(meant));
      if (secret !== undefined)
        return [
          say(
            `Give ${secret.meant ?? ''} as a protected setting`,
            'The setting takes effect, and nobody can read it back.',
            `Take ${secret.name} away and add ${secret.meant ?? ''}=<VALUE> to --configuration-protected-settings.`,
          ),
        ];
      return [
        change(
          'Give the setting by the name that the extension reads',
          Object.fromEntries(
            fault.names.flatMap(({ name, meant, value }): readonly (readonly [string, string | undefined])[] => [
              [name, undefined],
              ...(meant === undefined ? [] : [[meant, value ?? intent.setting(name) ?? '<VALUE>'] as const]),
            ]),
          ),
          'The setting takes effect.',
        ),
      ];
    }
  }
}

function isProtected(name: string | undefined): boolean {
  return EXTENSION_SETTINGS.some((setting) => setting.name === name && setting.isProtected === true);
}
