/** Check of preflight: the inference router is missing from an extension that serves endpoints. */
import { command, fix, kubectl, manual } from '../../../fixes/build.ts';
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { inferenceRouter, ROUTER } from '../../../views/azureml/inference-router.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import { listed } from '../../../views/parse/listed.ts';
import { preflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9605',
  name: 'RouterNotDeployed',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The inference router of Azure ML is missing from the installed extension',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'inference router deployed',
    weight: 'blocking',
    phases: ['pre-upgrade', 'pre-rollback'],
    foreignCode: 'E40004',
  },
  aliases: ['E40004', 'AZUREML_FE_DEPLOYMENT_NOT_FOUND', 'azureml-fe-v2', 'azureml-fe'],
  needs: { intent: preflightIntent, installed: inferenceRouter },
  messages: {
    missing: 'Namespace {namespace} holds {parts} and no Deployment azureml-fe-v2 or azureml-fe',
  },
  check({ intent, installed }, context) {
    if (intent === undefined) return context.notApplicable('nothing is going to be changed');
    const { router, others } = installed;
    if (intent.setting('enableInference') !== undefined && !intent.isOn('enableInference'))
      return context.notApplicable('enableInference is not on');
    if (router.state === 'unknown') return context.unknown(router.gap);
    if (router.state === 'present')
      return context.ruledOut(`Deployment ${router.value.ref.name} is there`, router.cite);
    const [part, ...more] = others;
    if (part === undefined)
      return context.notApplicable('no part of inference is installed: the router comes with this change');
    return context.found({
      message: 'missing',
      args: { namespace: EXTENSION_NAMESPACE, parts: listed([part, ...more].map(({ ref }) => ref.name)) },
      subject: ROUTER,
      certainty: 'confirmed',
      basis: 'the list of Deployments of the namespace was read whole, and the other parts of inference are in it',
      consequence:
        'No endpoint of the cluster answers, and the health check of the extension refuses the upgrade or rollback.',
      cite: [router.cite, part.cite(`Deployment ${part.ref.name}`)],
      fixes: [
        fix({
          title: 'Apply the router again as the release has it',
          applicability: 'fill-in',
          effect: 'The router starts; nothing else is changed.',
          steps: [
            command(
              ['helm', '-n', EXTENSION_NAMESPACE, 'get', 'manifest', intent.extensionName ?? '<EXTENSION>'],
              false,
            ),
            manual('Copy the Deployment azureml-fe-v2 of what is printed into a file.'),
            kubectl(ROUTER, ['apply', '-f', '<ROUTER>.yaml'], true),
          ],
          undo: [kubectl(ROUTER, ['delete', '-f', '<ROUTER>.yaml'], true)],
          verify: verifyWithPreflight(intent),
        }),
        fix({
          title: 'Install the extension anew',
          applicability: 'advice',
          effect: 'Endpoints and jobs do not work until it is back; what was attached to the workspace stays attached.',
          steps: [
            manual(
              'Delete the extension and create it with the settings that it had (az k8s-extension show prints them, save for the protected ones).',
            ),
          ],
          verify: verifyWithPreflight(intent),
        }),
      ],
    });
  },
});
