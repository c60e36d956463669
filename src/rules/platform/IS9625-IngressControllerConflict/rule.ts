/** Check: the ingress controller that the Azure ML extension brings takes a class that another ingress-nginx answers for already. */
import { changeSettings } from '../../../fixes/azureml.ts';
import { PREFLIGHT } from '../../../model/preflight.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import { nginxControllers } from '../../../views/azureml/nginx-controllers.ts';
import { nodePlatform } from '../../../views/cluster/node-platform.ts';
import { settingDefault } from '../../../views/parse/azureml-settings.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { defineRule } from '../../define.ts';

const CLASS = 'nginxIngress.controller';
const SWITCH = 'nginxIngress.enabled';
/** The example of the documentation (azure-ai-docs how-to-troubleshoot-kubernetes-extension.md). */
const OWN_CLASS = 'k8s.io/amlarc-ingress-nginx';

export default defineRule({
  code: 'IS9625',
  name: 'IngressControllerConflict',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The ingress controller of the Azure ML extension takes a class that another one answers for',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  aliases: ['ingress-controller-conflict', CLASS, OWN_CLASS],
  preflight: {
    profile: 'azureml',
    title: 'one ingress controller of a class',
    weight: 'blocking',
    phases: ['pre-install'],
  },
  needs: { plan: extensionPlan, controllers: nginxControllers, platform: nodePlatform },
  messages: {
    taken:
      '{controller} answers for the controller class {class}, which the extension’s own ingress controller takes, too',
  },
  check({ plan, controllers, platform }, context) {
    if (plan === undefined) return context.notApplicable('nothing is to be installed');
    const { intent } = plan;
    if (plan.inferenceGap !== undefined) return context.unknown(plan.inferenceGap);
    if (!plan.inference)
      return context.notApplicable('inference is not enabled: the extension brings no ingress controller');
    const given = intent.setting(SWITCH)?.trim().toLowerCase() ?? '';
    if (given === 'false') return context.notApplicable(`${SWITCH} is off`);
    // The Azure CLI turns it on for AKS and off for Azure Arc (azure-cli-extensions AzureMLKubernetes.py).
    if (given === '' && !platform.nodes.some(({ isAks }) => isAks)) {
      if (platform.complete.state === 'unknown') return context.unknown(platform.complete.gap);
      return context.notApplicable(`the Azure CLI turns ${SWITCH} off outside of AKS`);
    }
    const wanted = (intent.setting(CLASS)?.trim() ?? '') || (settingDefault(CLASS) ?? '');
    const taken = controllers.foreign.find(({ controllerClass }) => controllerClass === wanted);
    if (taken === undefined)
      return controllers.complete.state === 'unknown'
        ? context.unknown(controllers.complete.gap)
        : context.ruledOut(
            `no ingress-nginx outside of the extension answers for the class ${quoted(wanted, 80)}`,
            controllers.complete.cite,
            intent.citeSetting(CLASS),
          );
    const { kind, namespace, name } = taken.workload.ref;
    return context.found({
      message: 'taken',
      args: { controller: `${kind} ${namespace ?? ''}/${name}`, class: quoted(wanted, 80) },
      subject: PREFLIGHT,
      certainty: 'likely',
      basis: 'the class is the same; that the installation fails by it is documented',
      consequence: 'The installation fails, or both controllers write the status of the same Ingresses by turns.',
      cite: [
        taken.workload.cite('the controller that runs', '/spec/template/spec/containers'),
        intent.citeSetting(CLASS),
      ],
      fixes: [
        changeSettings(
          intent,
          'Give the ingress controller of the extension a class of its own',
          { [CLASS]: wanted === OWN_CLASS ? '<CLASS>' : OWN_CLASS },
          'The controller that runs stays as it is; the extension’s own serves only its own Ingresses.',
        ),
      ],
    });
  },
});
