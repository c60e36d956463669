/** Check of preflight: the ClusterRole or its binding of the old router stands where the extension's own would be made. */
import type { Verdict } from '../../../model/finding.ts';
import { nameWithKind } from '../../../model/kinds.ts';
import { deleteLegacyRouter } from '../../../fixes/azureml-objects.ts';
import { legacyRouter } from '../../../views/azureml/legacy-router.ts';
import { helmOwnerText } from '../../../views/helm-owner.ts';
import { extensionPlan } from '../../../views/azureml/extension-plan.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9611',
  name: 'LegacyRouterRole',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'A ClusterRole of the old Azure ML router is in the way',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'roles of the old router',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
    foreignCode: 'E45004',
  },
  aliases: [
    'E45004',
    'AZUREML_FE_ROLE_CONFLICT',
    'azureml-fe-role',
    'azureml-fe-binding',
    'invalid ownership metadata',
  ],
  needs: { plan: extensionPlan, legacy: legacyRouter },
  messages: {
    foreign: '{role} exists and belongs to {owner}, not to the release of the extension',
  },
  check({ plan, legacy }, context) {
    if (plan === undefined) return context.notApplicable('nothing is going to be installed');
    const { intent } = plan;
    if (plan.inferenceGap !== undefined) return context.unknown(plan.inferenceGap);
    if (!plan.inference) return context.notApplicable('enableInference is not on');
    const foreign = legacy.roles.filter((role) => !legacy.isOwned(role));
    const [first, ...more] = foreign.map((role): Verdict =>
      context.found({
        message: 'foreign',
        args: { role: nameWithKind(role.ref), owner: helmOwnerText(role) },
        subject: role.ref,
        certainty: 'confirmed',
        basis: 'Helm takes over no object without its own label and annotations, and this one has others or none',
        consequence:
          'The health check of the extension refuses the installation; without it, Helm would: the object cannot be imported into the release.',
        cite: [role.cite(`labels and annotations of ${nameWithKind(role.ref)}`, '/metadata')],
        fixes: [deleteLegacyRouter(intent, legacy.remains)],
      }),
    );
    if (first !== undefined) return context.all([first, ...more]);
    if (legacy.rolesGap !== undefined) return context.unknown(legacy.rolesGap);
    const [proof, ...others] = [
      ...legacy.roles.map((role) => role.cite(`${nameWithKind(role.ref)}: ${helmOwnerText(role)}`, '/metadata')),
      ...legacy.rolesAbsent,
    ];
    if (proof === undefined) return context.notApplicable('neither role nor binding was looked for');
    return context.ruledOut(
      'no role and no binding of the old router is there that the extension does not own',
      proof,
      ...others,
    );
  },
});
