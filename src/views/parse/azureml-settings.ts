/**
 * The configuration settings of the Azure ML extension, as data: what `az k8s-extension create --configuration-settings` takes. It judges no value.
 * Sources: azure-ai-docs `how-to-deploy-kubernetes-extension.md`; azure-cli-extensions `AzureMLKubernetes.py`; Azure/AML-Kubernetes `deploy-extension.md`.
 */

export interface ExtensionSetting {
  readonly name: string;
  /** Values that are taken, in any case of letters; free text where left out. */
  readonly values?: readonly string[];
  /** What holds where it is not given. */
  readonly byDefault?: string;
  /** Belongs into `--config-protected`. */
  readonly isProtected?: true;
  /** Must not be changed while endpoints serve. */
  readonly fixedWhileServing?: true;
  /** Written by the Azure CLI itself; an ARM, Bicep or Terraform template has to give it. */
  readonly filledByCli?: true;
}

const SWITCH = ['true', 'false'];

export const EXTENSION_SETTINGS: readonly ExtensionSetting[] = [
  { name: 'enableTraining', values: SWITCH, byDefault: 'false', fixedWhileServing: true },
  { name: 'enableInference', values: SWITCH, byDefault: 'false', fixedWhileServing: true },
  { name: 'allowInsecureConnections', values: SWITCH, byDefault: 'false', fixedWhileServing: true },
  { name: 'inferenceRouterServiceType', values: ['loadbalancer', 'nodeport', 'clusterip'], fixedWhileServing: true },
  { name: 'internalLoadBalancerProvider', values: ['azure'], fixedWhileServing: true },
  { name: 'sslSecret' },
  { name: 'sslCertPemFile', isProtected: true },
  { name: 'sslKeyPemFile', isProtected: true },
  { name: 'sslCname', fixedWhileServing: true },
  { name: 'inferenceRouterHA', values: SWITCH, byDefault: 'true' },
  { name: 'clusterPurpose', values: ['fastprod', 'devtest'] },
  { name: 'installNvidiaDevicePlugin', values: SWITCH, byDefault: 'false' },
  { name: 'installPromOp', values: SWITCH, byDefault: 'true' },
  { name: 'installVolcano', values: SWITCH, byDefault: 'true' },
  { name: 'volcanoScheduler.enable', values: SWITCH },
  { name: 'volcanoScheduler.schedulerConfigMap' },
  { name: 'amloperator.skipResourceValidation', values: SWITCH, byDefault: 'false' },
  { name: 'installDcgmExporter', values: SWITCH, byDefault: 'false' },
  { name: 'nginxIngress.enabled', values: SWITCH },
  { name: 'nginxIngress.controller', byDefault: 'k8s.io/ingress-nginx' },
  { name: 'nginxIngress.controllerConfig.worker-processes' },
  { name: 'nginxIngress.resources.controller.limits.memory', byDefault: '512Mi' },
  { name: 'relayserver.enabled', values: SWITCH },
  { name: 'relayserver.hybridConnectionResourceID' },
  { name: 'relayserver.hybridConnectionName' },
  { name: 'relayServerConnectionString', isProtected: true },
  { name: 'relayserver.relayConnectionString', isProtected: true },
  { name: 'servicebus.enabled', values: SWITCH },
  { name: 'servicebus.connectionString', isProtected: true },
  { name: 'servicebus.resourceID' },
  { name: 'scoringFe.enableUpgrade', values: SWITCH, byDefault: 'false' },
  { name: 'scoringFe.namespace' },
  { name: 'isAKSMigration', values: SWITCH, byDefault: 'false' },
  { name: 'clusterId', filledByCli: true },
  { name: 'cluster_name', filledByCli: true },
  { name: 'cluster_name_friendly', filledByCli: true },
  { name: 'location', filledByCli: true },
  { name: 'domain', filledByCli: true },
  { name: 'jobSchedulerLocation', filledByCli: true },
  { name: 'prometheus.prometheusSpec.externalLabels.cluster_name', filledByCli: true },
  { name: 'enable_https', values: SWITCH, byDefault: 'true' },
  { name: 'openshift', values: SWITCH },
  { name: 'volumePluginDir' },
  { name: 'blobfuseSysctlInstall.enabled', values: SWITCH },
  { name: 'blobCsiDriverEnabled', values: SWITCH },
  { name: 'amloperator.custom_ip_interface_enabled', values: SWITCH },
  { name: 'amloperator.custom_ip_interface' },
  { name: 'logAnalyticsWS', values: SWITCH },
  { name: 'scoringFe.sslSecret' },
  { name: 'scoringFe.sslCert', isProtected: true },
  { name: 'scoringFe.sslKey', isProtected: true },
  { name: 'scoringFe.serviceType.nodePort', values: SWITCH },
  { name: 'scoringFe.serviceType.internalLoadBalancer', values: SWITCH },
];

/**
 * Values of the chart that the Azure CLI makes of settings, by the setting. A template gives them itself (AML-Kubernetes `files/deployextension.json`), and
 * `az k8s-extension show` prints them. `meaning`: what a switch that is on stands for; otherwise the value is the setting's own.
 */
export const CHART_VALUES: ReadonlyMap<string, { readonly name: string; readonly meaning?: string }> = new Map([
  ['sslSecret', { name: 'scoringFe.sslSecret' }],
  ['sslCertPemFile', { name: 'scoringFe.sslCert' }],
  ['sslKeyPemFile', { name: 'scoringFe.sslKey' }],
  ['inferenceRouterServiceType', { name: 'scoringFe.serviceType.nodePort', meaning: 'NodePort' }],
  ['internalLoadBalancerProvider', { name: 'scoringFe.serviceType.internalLoadBalancer', meaning: 'azure' }],
]);

/** Settings whose last part a person chooses. */
export const SETTING_PREFIXES: readonly string[] = ['nodeSelector.', 'servicebus.topicSubMapping.'];

/** The default of a setting, in lower case. */
export function settingDefault(name: string): string | undefined {
  return EXTENSION_SETTINGS.find((setting) => setting.name === name)?.byDefault;
}

/** Namespace of the extension; it cannot be chosen. */
export const EXTENSION_NAMESPACE = 'azureml';
