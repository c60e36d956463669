/** Check of preflight: the inference router has fewer pods than it wants, and why. */
import { changeSettings } from '../../../fixes/azureml.ts';
import { askForCause } from '../../../fixes/azureml-objects.ts';
import { routerState } from '../../../views/azureml/inference-router.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

/** What `inferenceRouterHA` asks for (azure-ai-docs how-to-deploy-kubernetes-extension.md). */
const HIGHLY_AVAILABLE = 3;

export default defineRule({
  code: 'IS9606',
  name: 'RouterCannotScale',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The inference router of Azure ML does not get its pods',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'inference router at full strength',
    weight: 'blocking',
    phases: ['pre-upgrade', 'pre-rollback'],
    foreignCode: 'E40005',
  },
  aliases: [
    'E40005',
    'AZUREML_FE_SCALE_UP_TIMEOUT',
    'E40006',
    'AZUREML_FE_UPDATE_REPLICAS_FAILED',
    'has been uninstalled due to atomic being set: timed out waiting for the condition',
  ],
  needs: { intent: preflightIntent, state: routerState },
  messages: {
    unscheduled: '{ready} of {desired} pods of Deployment {router} are ready; {pods} find no node: {said}',
    refused: '{ready} of {desired} pods of Deployment {router} are ready; the API server refuses {pods}: {said}',
    failing: '{ready} of {desired} pods of Deployment {router} are ready, and the others fail',
    stopped: 'Deployment {router} is scaled to 0',
  },
  check({ intent, state }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be changed');
    if (state.state === 'unknown') return context.unknown(state.gap);
    if (state.state === 'absent') return context.notApplicable('the router is not there');
    if (intent.setting('enableInference') !== undefined && !intent.isOn('enableInference'))
      return context.notApplicable('enableInference is not on');
    const { router, desired, ready, unscheduled, refused, unhealthy, cite } = state.value;
    const args = { router: router.ref.name, ready, desired };
    const ask = askForCause(router.ref);
    const common = {
      subject: router.ref,
      certainty: 'confirmed',
      consequence:
        'Requests have fewer routers than meant or none, and the health check of the extension refuses the upgrade or rollback.',
    } as const;
    if (desired === 0)
      return context.found({
        message: 'stopped',
        args: { router: router.ref.name },
        ...common,
        basis: 'its spec asks for no pod',
        cite: [router.cite('0 pods wanted', '/spec/replicas')],
        fixes: [ask],
      });
    if (ready >= desired) return context.ruledOut(`${ready} of ${desired} pods of the router are ready`, cite);
    if (refused !== undefined)
      return context.found({
        message: 'refused',
        args: { ...args, pods: refused.pods, said: quoted(refused.said) },
        ...common,
        basis: "the API server's refusal says why",
        cite: [refused.cite, cite],
        fixes: [ask],
      });
    if (unscheduled !== undefined)
      return context.found({
        message: 'unscheduled',
        args: { ...args, pods: unscheduled.pods, said: quoted(unscheduled.said) },
        ...common,
        basis: 'the scheduler says why',
        cite: [unscheduled.cite, cite],
        fixes: [
          ask,
          ...(desired < HIGHLY_AVAILABLE
            ? []
            : [
                changeSettings(
                  intent,
                  'Run one router only, where the cluster is for tests',
                  { inferenceRouterHA: 'false' },
                  'One pod routes all requests; while it restarts, no endpoint answers.',
                ),
              ]),
        ],
      });
    if (!unhealthy) return context.ruledOut(`${ready} of ${desired} pods are ready, and the others start`, cite);
    return context.found({
      message: 'failing',
      args,
      ...common,
      basis: 'the status of the Deployment and of its pods',
      cite: [cite],
      fixes: [ask],
    });
  },
});
