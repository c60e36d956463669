/** Check of preflight: a Prometheus operator of somebody else runs, and the extension is to bring its own. */
import type { Verdict } from '../../../model/finding.ts';
import { changeSettings } from '../../../fixes/azureml.ts';
import { installedVersionText, programText, prometheusOperators } from '../../../views/azureml/installed-programs.ts';
import { programSwitchAfter } from '../../../views/azureml/switch-after.ts';
import { prometheusDefinitions } from '../../../views/azureml/program-definitions.ts';
import { helmOwnerText } from '../../../views/helm-owner.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9609',
  name: 'PrometheusOperatorConflict',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'Another Prometheus operator runs already',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'no second Prometheus operator',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E45002',
  },
  aliases: [
    'E45002',
    'PROMETHEUS_CONFLICT',
    'prometheuses.monitoring.coreos.com',
    'kube-prometheus-stack',
    'rancher-monitoring',
    'openshift-monitoring',
    'installPromOp',
  ],
  needs: { intent: preflightIntent, operators: prometheusOperators, definitions: prometheusDefinitions },
  messages: {
    operator: 'Prometheus operator{version} runs as {program}, owned by {owner}, and installPromOp is on',
  },
  check({ intent, operators, definitions }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be installed');
    const brings = programSwitchAfter(intent, 'installPromOp', operators);
    if (typeof brings !== 'boolean') return context.unknown(brings);
    if (!brings) return context.notApplicable('installPromOp is off: the extension brings none');
    const { main } = definitions;
    const [first, ...more] = operators.foreign.map((operator): Verdict =>
      context.found({
        message: 'operator',
        args: {
          version: installedVersionText(operator),
          program: programText(operator),
          owner: helmOwnerText(operator.workload),
        },
        subject: operator.workload.ref,
        certainty: 'confirmed',
        basis: 'the Deployment is known by its image, label or name, and does not belong to the extension',
        consequence:
          'Two operators write the same objects in turn; the health check of the extension refuses the installation.',
        cite: [
          operator.workload.cite(programText(operator), '/spec/template/spec/containers'),
          intent.citeSetting('installPromOp'),
          ...(main.state === 'present' ? [main.cite] : []),
        ],
        fixes: [
          changeSettings(
            intent,
            'Let the extension use the operator that runs',
            { installPromOp: 'false' },
            'The extension brings no operator; the one that runs has to watch its namespace (IS9622 looks at that).',
          ),
        ],
      }),
    );
    if (first !== undefined) return context.all([first, ...more]);
    if (operators.complete.state !== 'present')
      return operators.complete.state === 'unknown'
        ? context.unknown(operators.complete.gap)
        : context.notApplicable('no Deployment was read');
    if (main.state === 'present' && operators.own.length === 0)
      return context.ruledOut(
        `no Prometheus operator runs; its definitions (${definitions.all.length} of monitoring.coreos.com, ${helmOwnerText(main.value)}) are left over`,
        operators.complete.cite,
        main.cite,
      );
    return context.ruledOut('no Prometheus operator but that of the extension runs', operators.complete.cite);
  },
});
