/** Check: the settings given for the Azure ML extension are wrong by themselves, or an update with them does harm. */
import { fixesOfFault, settingAdvice } from '../../../fixes/extension-settings.ts';
import type { Certainty, Verdict } from '../../../model/finding.ts';
import { PREFLIGHT } from '../../../model/preflight.ts';
import { settingFaults, type SettingFault } from '../../../views/azureml/setting-faults.ts';
import { changesOfRouter, labelsLeftOut, losesCertificate } from '../../../views/azureml/update-faults.ts';
import { extensionPlan, type ExtensionPlan } from '../../../views/azureml/extension-plan.ts';
import { listed } from '../../../views/parse/listed.ts';
import { servingEndpoints, type ServingEndpoints } from '../../../views/azureml/serving-endpoints.ts';
import { defineRule, type Args, type RuleContext } from '../../define.ts';

const MESSAGES = {
  neither: 'Neither training nor inference is enabled',
  httpsMissing:
    'Inference is to be served over HTTPS, and neither sslSecret nor the pair sslCertPemFile and sslKeyPemFile is given',
  cnameMissing: 'Inference is to be served over HTTPS, and sslCname, the name that clients ask for, is not given',
  pairIncomplete: '{given} is given without {missing}',
  httpOnly: 'allowInsecureConnections=True makes the router serve plain HTTP, although {given} is given',
  typeMissing: 'Inference is enabled, and inferenceRouterServiceType is not given',
  typeUnknown:
    'inferenceRouterServiceType is {value}; LoadBalancer, NodePort and ClusterIP are the ones that the extension knows',
  internalNodePort: 'internalLoadBalancerProvider is given, and a router of type NodePort has no load balancer',
  twice: 'A setting is given twice: {names}',
  unknown: 'The extension has no setting {names}',
  renamed: 'The extension no longer knows {names}',
  wrongValue: 'A setting holds a value that it does not take: {values}',
  plainSecret: '{names} is given as a plain setting, which everybody reads who may see the extension',
  leftOut: 'The template does not give {names}',
  retired: '{names} has no effect: Service Bus left the extension in 1.1.5',
  changedWhileServing: '{changes} while {endpoints} serves',
  labelKept: 'An update does not take {labels} out of the nodeSelector of the extension',
  protectedLost:
    'The update gives protected settings without sslCertPemFile and sslKeyPemFile, and the router serves HTTPS',
} as const;

export default defineRule({
  code: 'IS9604',
  name: 'ExtensionSettingInvalid',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Settings of the Azure ML extension contradict each other or are unknown to it',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  // azure-cli-extensions AzureMLKubernetes.py
  aliases: [
    'extension-setting-invalid',
    'Duplicate keys found.',
    'To create Microsoft.AzureML.Kubernetes extension, either enable Machine Learning training or inference by specifying',
    'To enable HTTPs endpoint, either provide sslCertPemFile and sslKeyPemFile to --configuration-protected-settings',
    'To enable HTTPs endpoint, please specify sslCname parameter in --configuration-settings.',
    'To use inference, please specify inferenceRouterServiceType=ClusterIP or inferenceRouterServiceType=NodePort or inferenceRouterServiceType=LoadBalancer',
    'inferenceRouterServiceType only supports NodePort or LoadBalancer or ClusterIP.',
    'When using nodePort as inferenceRouterServiceType, no need to specify internalLoadBalancerProvider.',
    "Invalid scope 'namespace'",
    'sslCertKeyFile',
    'volcanoScheduler.enable',
  ],
  preflight: {
    profile: 'azureml',
    title: 'settings of the extension',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade'],
  },
  needs: { plan: extensionPlan, endpoints: servingEndpoints },
  messages: MESSAGES,
  check({ plan, endpoints }, context) {
    if (plan === undefined) return context.notApplicable('nothing is to be installed');
    if (plan.intent.isAssumed) return context.notApplicable('no settings were given');
    const [first, ...more] = [
      ...settingFaults(plan).map((fault) => told(fault, plan, context)),
      ...(plan.installing ? [] : updateVerdicts(plan, endpoints, context)),
    ];
    if (first !== undefined) return context.all([first, ...more]);
    return context.ruledOut(
      `what was given is known to the extension and goes together: ${listed(plan.intent.settings.map(([name]) => name))}`,
      plan.intent.cite('the settings', '/spec/settings'),
    );
  },
});

type Told = RuleContext<typeof MESSAGES>;

interface Why {
  readonly certainty: Certainty;
  readonly basis: string;
  readonly consequence: string;
}

const REFUSED: Why = {
  certainty: 'confirmed',
  basis: 'the Azure CLI refuses such settings before it sends them',
  consequence: 'The CLI ends with an error; a template (ARM, Bicep, Terraform) is sent, and the installation fails.',
};

/** Where the CLI lets it pass. */
const PASSED: Readonly<Partial<Record<SettingFault['id'], Why>>> = {
  pairIncomplete: {
    certainty: 'confirmed',
    basis: 'certificate and key are taken together only',
    consequence: 'The CLI refuses it, or the router starts without a certificate.',
  },
  httpOnly: {
    certainty: 'likely',
    basis: 'allowInsecureConnections decides, and the certificate is for nothing',
    consequence: 'Clients that ask over HTTPS are refused, and requests go over the network in plain text.',
  },
  wrongValue: {
    certainty: 'confirmed',
    basis:
      'the documentation and the CLI name the values that are taken; everything else counts as not given or as False',
    consequence: 'The extension is installed otherwise than meant.',
  },
  plainSecret: {
    certainty: 'confirmed',
    basis: 'it belongs into the protected settings, which nobody can read back',
    consequence: 'The CLI looks for it there; and its value stays readable in the properties of the extension.',
  },
  retired: {
    certainty: 'likely',
    basis: 'the release notes of 1.1.5 say so',
    consequence: 'It is carried along and does nothing.',
  },
  leftOut: {
    certainty: 'likely',
    basis: 'the Azure CLI fills them in by itself, and a template has to',
    consequence: 'The components do not know which cluster they are on; installations by a template were seen to fail.',
  },
  renamed: {
    certainty: 'likely',
    basis: 'older documents name it so, and today’s name is another',
    consequence: 'What nobody reads has no effect, and nothing says so.',
  },
  unknown: {
    certainty: 'possible',
    basis: 'no document and no code of the CLI names it; the chart itself is not published',
    consequence: 'What nobody reads has no effect, and nothing says so.',
  },
};

function told(fault: SettingFault, { intent }: ExtensionPlan, context: Told): Verdict {
  const [first = intent.cite('the settings', '/spec/settings'), ...more] = fault.cite;
  const say = <K extends keyof typeof MESSAGES>(message: K, args: Args<(typeof MESSAGES)[K]>): Verdict =>
    context.found({
      message,
      args,
      subject: PREFLIGHT,
      cite: [first, ...more],
      ...(PASSED[fault.id] ?? REFUSED),
      // A name close to a known one was hardly meant otherwise.
      ...(fault.id === 'unknown' && fault.names.some(({ meant }) => meant !== undefined)
        ? { certainty: 'likely' }
        : {}),
      fixes: fixesOfFault(fault, intent),
    });
  switch (fault.id) {
    case 'neither':
    case 'httpsMissing':
    case 'cnameMissing':
    case 'typeMissing':
    case 'internalNodePort':
      return say(fault.id, {});
    case 'typeUnknown':
      return say(fault.id, { value: fault.value });
    case 'pairIncomplete':
      return say(fault.id, { given: fault.given, missing: fault.missing });
    case 'httpOnly':
      return say(fault.id, { given: fault.given });
    case 'wrongValue':
      return say(fault.id, { values: listed(fault.texts) });
    case 'twice':
    case 'leftOut':
    case 'plainSecret':
    case 'retired':
      return say(fault.id, { names: listed(fault.texts) });
    case 'renamed':
    case 'unknown': {
      const word = fault.id === 'renamed' ? 'now' : 'near is';
      const names = fault.names.map(({ name, meant }) => (meant === undefined ? name : `${name} (${word} ${meant})`));
      return say(fault.id, { names: listed(names) });
    }
  }
}

function updateVerdicts(plan: ExtensionPlan, endpoints: ServingEndpoints, context: Told): readonly Verdict[] {
  const { intent, router, routerService } = plan;
  const verdicts: Verdict[] = [];
  const changes = changesOfRouter(plan);
  const [change] = changes;
  const [endpoint] = endpoints.names;
  if (change !== undefined && endpoint !== undefined && endpoints.pod !== undefined)
    verdicts.push(
      context.found({
        message: 'changedWhileServing',
        args: {
          changes: listed(changes.map(({ text }) => text)),
          endpoints:
            endpoints.names.length === 1 ? `endpoint ${endpoint}` : `one of ${endpoints.names.length} endpoints`,
        },
        subject: PREFLIGHT,
        certainty: 'likely',
        basis: 'the settings differ from what the router shows, and pods of endpoints run',
        consequence: 'Endpoints that serve are no longer reached, or get another address or scheme.',
        cite: [...change.cite, endpoints.pod.cite(`a pod of endpoint ${endpoint}`, '/metadata/labels')],
        fixes: [
          settingAdvice(
            intent,
            'Delete the endpoints first and create them anew after the update',
            'Requests to them fail meanwhile.',
            'Delete the online endpoints (az ml online-endpoint delete), update the extension, and create them again; or leave these settings as they are.',
          ),
        ],
      }),
    );
  else if (change !== undefined && endpoints.complete.state === 'unknown')
    verdicts.push(context.unknown(endpoints.complete.gap));
  const labels = labelsLeftOut(plan);
  if (labels.length > 0 && router !== undefined)
    verdicts.push(
      context.found({
        message: 'labelKept',
        args: { labels: listed(labels) },
        subject: PREFLIGHT,
        certainty: 'likely',
        basis: 'the router asks its node for them, and an update adds and changes labels only',
        consequence: 'Pods of the extension go on asking for nodes with the labels of before as well.',
        cite: [
          router.cite('nodeSelector of the router', '/spec/template/spec/nodeSelector'),
          intent.cite('the settings', '/spec/settings'),
        ],
        fixes: [
          settingAdvice(
            intent,
            'Delete the extension and install it anew without these labels',
            'Endpoints do not serve until it is installed again.',
            'Delete it with az k8s-extension delete, then create it with the nodeSelector settings that are wanted.',
          ),
        ],
      }),
    );
  if (losesCertificate(plan) && routerService !== undefined)
    verdicts.push(
      context.found({
        message: 'protectedLost',
        args: {},
        subject: PREFLIGHT,
        certainty: 'possible',
        basis:
          'an update deletes protected settings that it does not name; how the certificate was given is not visible',
        consequence: 'Where the certificate came by protected settings, the router loses it with this update.',
        cite: [
          intent.cite('protected settings of the update', '/spec/protectedSettings'),
          routerService.cite('ports of the router’s Service', '/spec/ports'),
        ],
        fixes: [
          settingAdvice(
            intent,
            'Give all protected settings with every update',
            'Changes nothing that runs.',
            'Add sslCertPemFile=<CERTIFICATE-FILE> and sslKeyPemFile=<KEY-FILE> to --configuration-protected-settings.',
          ),
        ],
      }),
    );
  return verdicts;
}
