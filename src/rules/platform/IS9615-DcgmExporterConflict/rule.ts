/** Check of preflight: two exporters of GPU metrics would run, or the one that the extension is to use is not joined to it. */
import type { Verdict } from '../../../model/finding.ts';
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { dcgmIntegration, DCGM_MONITOR } from '../../../views/azureml/dcgm-integration.ts';
import { gpuWishes } from '../../../views/azureml/gpu-wishes.ts';
import { dcgmExporters, programText } from '../../../views/azureml/installed-programs.ts';
import { programSwitchAfter } from '../../../views/azureml/switch-after.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

const SETTING = 'installDcgmExporter';

export default defineRule({
  code: 'IS9615',
  name: 'DcgmExporterConflict',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'What is installed of the DCGM exporter does not fit the setting installDcgmExporter',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'DCGM exporter of GPU metrics',
    weight: 'advisory',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  aliases: ['installDcgmExporter', 'dcgm-exporter', 'dcgm-exporter-monitor', 'DCGM_FI_DEV_GPU_UTIL'],
  needs: { intent: preflightIntent, exporters: dcgmExporters, wishes: gpuWishes, integration: dcgmIntegration },
  messages: {
    second: '{setting} is on, and {exporter} runs already',
    missing: '{setting} is off, {count} of the nodes {have} NVIDIA GPUs, and no DCGM exporter is installed',
    service: 'No Service of {exporter} has the labels by which the extension finds GPU metrics',
    noMonitor: 'Namespace azureml has no ServiceMonitor dcgm-exporter-monitor for {exporter}',
    monitor: 'ServiceMonitor azureml/dcgm-exporter-monitor does not bring the metrics of GPUs: {faults}',
  },
  check({ intent, exporters, wishes, integration }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be installed');
    const { complete } = exporters;
    const [other] = exporters.foreign;
    const verify = verifyWithPreflight(intent);
    const brings = programSwitchAfter(intent, SETTING, exporters);
    if (typeof brings !== 'boolean') return context.unknown(brings);
    if (brings) {
      if (other === undefined)
        return complete.state === 'unknown'
          ? context.unknown(complete.gap)
          : context.ruledOut('no other DCGM exporter is installed', complete.cite);
      return context.found({
        message: 'second',
        args: { setting: SETTING, exporter: programText(other) },
        subject: other.workload.ref,
        certainty: 'confirmed',
        basis: 'the DaemonSet is known by its image, label or name, and does not belong to the extension',
        consequence: 'Every GPU is measured twice, and profiling metrics go to one of the two only.',
        cite: [other.workload.cite(programText(other), '/spec/template/spec/containers'), intent.citeSetting(SETTING)],
        fixes: [
          changeSettings(
            intent,
            'Let the extension use the exporter that runs',
            { [SETTING]: 'false' },
            'The extension brings none; the one that runs needs labels and a ServiceMonitor (this check looks at them then).',
          ),
        ],
      });
    }
    const consequence = 'Jobs and endpoints run; the workspace shows no use of GPUs.';
    if (other === undefined) {
      if (wishes.nodesRead.state === 'unknown') return context.unknown(wishes.nodesRead.gap);
      const [node] = wishes.nodes;
      if (node === undefined)
        return context.notApplicable('no node has an NVIDIA GPU, and no DCGM exporter is installed');
      if (complete.state === 'unknown') return context.unknown(complete.gap);
      return context.found({
        message: 'missing',
        args: { setting: SETTING, count: wishes.nodes.length, have: wishes.nodes.length === 1 ? 'has' : 'have' },
        subject: context.on,
        certainty: 'confirmed',
        basis: 'labels of the nodes tell of GPUs, and all DaemonSets were read',
        consequence,
        cite: [node.sign, complete.cite, intent.citeSetting(SETTING)],
        fixes: [
          changeSettings(
            intent,
            'Let the extension bring the exporter',
            { [SETTING]: 'true' },
            'A DaemonSet is installed that measures the GPUs of every GPU node.',
          ),
        ],
      });
    }
    const { services, servicesRead, monitor, monitorFaults } = integration;
    const exporter = programText(other);
    const release = intent.extensionName ?? '<EXTENSION>';
    const verdicts: Verdict[] = [];
    const [service] = services;
    if (service !== undefined)
      verdicts.push(context.ruledOut('a Service has the labels', service.cite('its labels', '/metadata/labels')));
    else if (servicesRead.state === 'unknown') verdicts.push(context.unknown(servicesRead.gap));
    else if (servicesRead.state === 'present')
      verdicts.push(
        context.found({
          message: 'service',
          args: { exporter },
          subject: other.workload.ref,
          certainty: 'confirmed',
          basis: 'all Services were read, and none has the documented labels and a port named metrics',
          consequence,
          cite: [servicesRead.cite, other.workload.cite(exporter)],
          fixes: [
            fix({
              title: 'Label the Service of the exporter as the extension looks for it',
              applicability: 'advice',
              effect: 'Changes labels only; the exporter goes on.',
              steps: [
                manual(
                  `On the Service of ${exporter}: app.kubernetes.io/name: dcgm-exporter, app.kubernetes.io/instance: ${release}, app.kubernetes.io/component: dcgm-exporter, and a port named metrics (9400); in its chart where one owns it.`,
                ),
              ],
              verify,
            }),
          ],
        }),
      );
    const apply = fix({
      title: 'Write ServiceMonitor dcgm-exporter-monitor as the extension needs it',
      applicability: 'fill-in',
      effect: 'Prometheus reads the exporter; nothing is restarted.',
      steps: [
        manual(
          `In namespace azureml, with label release: ${release}; spec: endpoint with port metrics, selector with the three labels of the Service, namespaceSelector with its namespace.`,
        ),
        kubectl(DCGM_MONITOR, ['apply', '-f', '<SERVICEMONITOR>.yaml'], true),
      ],
      undo: [kubectl(DCGM_MONITOR, ['delete', '-f', '<SERVICEMONITOR>.yaml'], true)],
      verify,
    });
    const wrong = { subject: DCGM_MONITOR, certainty: 'confirmed', consequence, fixes: [apply] } as const;
    if (monitor.state === 'unknown') verdicts.push(context.unknown(monitor.gap));
    else if (monitor.state === 'absent')
      verdicts.push(
        context.found({
          message: 'noMonitor',
          args: { exporter },
          ...wrong,
          basis: 'it was looked for by its name',
          cite: [monitor.cite],
        }),
      );
    else if (monitorFaults.length > 0)
      verdicts.push(
        context.found({
          message: 'monitor',
          args: { faults: monitorFaults.join('; ') },
          ...wrong,
          basis: 'its label and selector were compared with what the extension documents',
          cite: [monitor.cite],
        }),
      );
    else verdicts.push(context.ruledOut('the ServiceMonitor is as documented', monitor.cite));
    const [first, ...more] = verdicts;
    return first === undefined ? context.notApplicable('nothing was read') : context.all([first, ...more]);
  },
});
