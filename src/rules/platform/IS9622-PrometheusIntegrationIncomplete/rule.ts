/** Check of preflight: the extension is to use a Prometheus operator that runs already, and something that it needs of it is missing. */
import type { Verdict } from '../../../model/finding.ts';
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { programText } from '../../../views/azureml/installed-programs.ts';
import { programSwitchAfter } from '../../../views/azureml/switch-after.ts';
import { MONITOR, prometheusIntegration } from '../../../views/azureml/prometheus-integration.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

const KUBELET = { apiVersion: 'v1', kind: 'Service', namespace: 'kube-system', name: 'kubelet' } as const;

export default defineRule({
  code: 'IS9622',
  name: 'PrometheusIntegrationIncomplete',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The Prometheus operator that runs does not do what the Azure ML extension needs',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'Prometheus operator of others serves the extension',
    weight: 'advisory',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  aliases: ['installPromOp=false', 'prom-kubelet', 'kubelet-service', 'k8s-app=kubelet', '/metrics/cadvisor'],
  needs: { intent: preflightIntent, integration: prometheusIntegration },
  messages: {
    noOperator: 'installPromOp is off, and no Prometheus operator runs in the cluster',
    notWatched: 'The Prometheus operator {program} does not watch namespace azureml: {flag}',
    noKubelets: 'No Service of the kubelets with label k8s-app=kubelet exists',
    noMonitor: 'Namespace azureml has no ServiceMonitor prom-kubelet',
    monitor: 'ServiceMonitor azureml/prom-kubelet does not bring the metrics of containers: {faults}',
  },
  check({ intent, integration }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be installed');
    const { operators, watching, kubeletServices, servicesRead, monitor, monitorFaults } = integration;
    const brings = programSwitchAfter(intent, 'installPromOp', operators);
    if (typeof brings !== 'boolean') return context.unknown(brings);
    if (brings) return context.notApplicable('installPromOp is on: the extension brings its own');
    const common = {
      certainty: 'confirmed',
      consequence: 'Jobs and endpoints run; the workspace shows no use of CPU and memory of them.',
    } as const;
    const verify = verifyWithPreflight(intent);
    const verdicts: Verdict[] = [];
    const [operator] = watching;
    if (operator === undefined)
      verdicts.push(
        operators.complete.state === 'present'
          ? context.found({
              message: 'noOperator',
              args: {},
              ...common,
              subject: context.on,
              basis: 'all Deployments of the cluster were read',
              cite: [intent.citeSetting('installPromOp'), operators.complete.cite],
              fixes: [
                changeSettings(
                  intent,
                  'Let the extension bring its operator',
                  { installPromOp: 'true' },
                  'A Prometheus operator is installed into namespace azureml.',
                ),
              ],
            })
          : operators.complete.state === 'unknown'
            ? context.unknown(operators.complete.gap)
            : context.notApplicable('no Deployment was read'),
      );
    else if (watching.every(({ keptOutBy }) => keptOutBy !== undefined))
      verdicts.push(
        context.found({
          message: 'notWatched',
          args: { program: programText(operator.program), flag: operator.keptOutBy ?? '' },
          ...common,
          subject: operator.program.workload.ref,
          basis: 'its arguments name the namespaces',
          cite: [operator.cite],
          fixes: [
            fix({
              title: 'Have the operator watch namespace azureml',
              applicability: 'advice',
              effect: 'The operator restarts; Prometheus servers go on.',
              steps: [
                manual(
                  `Add ${EXTENSION_NAMESPACE} to --namespaces and --prometheus-instance-namespaces, or take it off --deny-namespaces, where ${programText(operator.program)} is written (kube-prometheus-stack: prometheusOperator.namespaces, prometheusInstanceNamespaces, denyNamespaces).`,
                ),
              ],
              verify,
            }),
          ],
        }),
      );
    else verdicts.push(context.ruledOut(`${programText(operator.program)} watches namespace azureml`, operator.cite));
    const [service] = kubeletServices;
    if (service !== undefined)
      verdicts.push(context.ruledOut('a Service of the kubelets is there', service.cite('its labels', '/metadata')));
    else if (servicesRead.state === 'present')
      verdicts.push(
        context.found({
          message: 'noKubelets',
          args: {},
          ...common,
          subject: KUBELET,
          basis: 'all Services of the cluster were read',
          cite: [servicesRead.cite],
          fixes: [
            fix({
              title: 'Have the operator make the Service of the kubelets',
              applicability: 'advice',
              effect: 'The operator restarts, makes the Service, and keeps its addresses up to date.',
              steps: [
                manual(
                  'Give the operator the argument --kubelet-service=kube-system/kubelet (kube-prometheus-stack: prometheusOperator.kubeletService.enabled=true).',
                ),
              ],
              verify,
            }),
          ],
        }),
      );
    else if (servicesRead.state === 'unknown') verdicts.push(context.unknown(servicesRead.gap));
    const apply = fix({
      title: 'Write ServiceMonitor prom-kubelet as the extension needs it',
      applicability: 'fill-in',
      effect: 'Prometheus reads the metrics of containers from the kubelets; nothing is restarted.',
      steps: [
        manual(
          `In namespace ${EXTENSION_NAMESPACE}, with label release: ${intent.extensionName ?? '<EXTENSION>'}; spec: endpoints with port https-metrics, scheme https, path /metrics/cadvisor, honorLabels true, bearerTokenFile of the service account, relabeling of __metrics_path__ to metrics_path; jobLabel k8s-app; selector matchLabels k8s-app: kubelet; namespaceSelector with the namespace of the Service.`,
        ),
        kubectl(MONITOR, ['apply', '-f', '<SERVICEMONITOR>.yaml'], true),
      ],
      undo: [kubectl(MONITOR, ['delete', '-f', '<SERVICEMONITOR>.yaml'], true)],
      verify,
    });
    if (monitor.state === 'unknown') verdicts.push(context.unknown(monitor.gap));
    else if (monitor.state === 'absent')
      verdicts.push(
        context.found({
          message: 'noMonitor',
          args: {},
          ...common,
          subject: MONITOR,
          basis: 'it was looked for by its name',
          cite: [monitor.cite],
          fixes: [apply],
        }),
      );
    else if (monitorFaults.length > 0)
      verdicts.push(
        context.found({
          message: 'monitor',
          args: { faults: monitorFaults.map(({ text }) => text).join('; ') },
          ...common,
          subject: MONITOR,
          basis: 'its labels and endpoints were compared with what the extension documents',
          cite: [monitor.value.cite('what it says', monitorFaults[0]?.pointer ?? '/spec')],
          fixes: [apply],
        }),
      );
    else verdicts.push(context.ruledOut('ServiceMonitor prom-kubelet is as documented', monitor.cite));
    const [first, ...more] = verdicts;
    return first === undefined ? context.notApplicable('nothing was read') : context.all([first, ...more]);
  },
});
