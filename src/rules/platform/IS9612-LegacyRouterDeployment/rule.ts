/** Check of preflight: the old router of AksCompute still runs, and was not told to let a new one stand beside it. */
import type { Verdict } from '../../../model/finding.ts';
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { deleteLegacyRouter } from '../../../fixes/azureml-objects.ts';
import { fix, kubectl } from '../../../fixes/build.ts';
import type { KubeObject } from '../../../model/reader.ts';
import type { Fix } from '../../../model/finding.ts';
import { allowsUpgrade, legacyRouter } from '../../../views/azureml/legacy-router.ts';
import { helmOwnerText } from '../../../views/helm-owner.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import type { PreflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9612',
  name: 'LegacyRouterDeployment',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The old router of Azure ML is in the way',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'Deployment of the old router',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E45005',
  },
  aliases: [
    'E45005',
    'AZUREML_FE_DEPLOYMENT_CONFLICT',
    'Azureml Fe deployment confict',
    'azureml-fe-enable-upgrade',
    'scoringFe.enableUpgrade',
  ],
  needs: { plan: extensionPlan, legacy: legacyRouter },
  messages: {
    foreign: 'Deployment {namespace}/azureml-fe belongs to {owner}, not to the release of the extension',
    annotation:
      'scoringFe.enableUpgrade is on, and Deployment {namespace}/azureml-fe has no annotation azureml-fe-enable-upgrade=true',
    setting:
      'Deployment {namespace}/azureml-fe has the annotation azureml-fe-enable-upgrade=true, and scoringFe.enableUpgrade is not on',
  },
  check({ plan, legacy }, context) {
    if (plan === undefined) return context.notApplicable('nothing is going to be installed');
    const { intent } = plan;
    if (plan.inferenceGap !== undefined) return context.unknown(plan.inferenceGap);
    if (!plan.inference) return context.notApplicable('enableInference is not on');
    const enabled = intent.isOn('scoringFe.enableUpgrade');
    const foreign = legacy.deployments.filter((deployment) => !legacy.isOwned(deployment));
    const [first, ...more] = foreign
      .filter((deployment) => !(enabled && allowsUpgrade(deployment)))
      .map((deployment): Verdict => {
        const namespace = deployment.ref.namespace ?? '';
        const common = {
          subject: deployment.ref,
          certainty: 'confirmed',
          basis: 'the Deployment is there, and its annotations and the setting say how far it gives way',
          consequence: 'The health check of the extension refuses the installation.',
          fixes: [
            // One without the other changes nothing for the health check.
            enabled ? annotate(intent, deployment) : enableUpgrade(intent, deployment),
            deleteLegacyRouter(intent, legacy.remains),
          ],
        } as const;
        if (enabled)
          return context.found({
            message: 'annotation',
            args: { namespace },
            ...common,
            cite: [
              deployment.cite(`annotations of Deployment ${namespace}/azureml-fe`, '/metadata/annotations'),
              intent.citeSetting('scoringFe.enableUpgrade'),
            ],
          });
        return allowsUpgrade(deployment)
          ? context.found({
              message: 'setting',
              args: { namespace },
              ...common,
              cite: [
                deployment.cite(`annotations of Deployment ${namespace}/azureml-fe`, '/metadata/annotations'),
                intent.citeSetting('scoringFe.enableUpgrade'),
              ],
            })
          : context.found({
              message: 'foreign',
              args: { namespace, owner: helmOwnerText(deployment) },
              ...common,
              cite: [deployment.cite(`labels and annotations of Deployment ${namespace}/azureml-fe`, '/metadata')],
            });
      });
    if (first !== undefined) return context.all([first, ...more]);
    if (legacy.deploymentsRead.state === 'unknown') return context.unknown(legacy.deploymentsRead.gap);
    const [beside] = foreign;
    if (beside !== undefined)
      return context.ruledOut(
        'the old router is there and lets a new one stand beside it',
        beside.cite('its annotations', '/metadata/annotations'),
        intent.citeSetting('scoringFe.enableUpgrade'),
      );
    return context.ruledOut('no Deployment azureml-fe stands outside of the extension', legacy.deploymentsRead.cite);
  },
});

function annotate(intent: PreflightIntent, { ref }: KubeObject): Fix {
  const key = 'azureml-fe-enable-upgrade';
  return fix({
    title: 'Tell the old router to let a new one stand beside it',
    applicability: 'review',
    effect:
      'Both routers serve: web services of AksCompute go on, endpoints of the extension get a router of their own.',
    steps: [kubectl(ref, ['annotate', 'deployment', ref.name, `${key}=true`, '--overwrite'], true)],
    undo: [kubectl(ref, ['annotate', 'deployment', ref.name, `${key}-`], true)],
    verify: verifyWithPreflight(intent),
  });
}

function enableUpgrade(intent: PreflightIntent, deployment: KubeObject): Fix {
  const change = changeSettings(
    intent,
    'Install the extension beside the old router',
    { 'scoringFe.enableUpgrade': 'true' },
    'Both routers serve: web services of AksCompute go on, endpoints of the extension get a router of their own. Attach the cluster with another namespace than azureml-<workspace>.',
  );
  if (allowsUpgrade(deployment)) return change;
  const { steps, undo } = annotate(intent, deployment);
  return { ...change, steps: [...steps, ...change.steps], undo: [...change.undo, ...undo] };
}
