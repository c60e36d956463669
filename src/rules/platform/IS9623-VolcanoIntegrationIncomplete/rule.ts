/** Check of preflight: the extension is to use the Volcano that runs already, and that is not set up as documented. */
import type { Verdict } from '../../../model/finding.ts';
import { verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl, manual } from '../../../fixes/build.ts';
import { programText } from '../../../views/azureml/installed-programs.ts';
import { volcano, volcanoSetup, type VolcanoSetup } from '../../../views/azureml/volcano.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { volcanoConfigLack } from '../../../views/parse/volcano-config.ts';
import type { PreflightIntent } from '../../../views/preflight-intent.ts';
import { defineRule, type RuleContext } from '../../define.ts';

/** Before it the webhook refuses what the extension writes (azure-ai-docs how-to-troubleshoot-kubernetes-extension.md). */
const FIRST_FIT = [1, 6] as const;

const MESSAGES = {
  webhook: 'Volcano {version} runs, older than 1.6, and {webhook} judges its jobs',
  configMissing: 'ConfigMap {name}, which volcanoScheduler.schedulerConfigMap names, does not exist',
  config: 'The scheduler configuration of Volcano in ConfigMap {name} lacks {lack}',
} as const;

export default defineRule({
  code: 'IS9623',
  name: 'VolcanoIntegrationIncomplete',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'The Volcano that runs is not set up as the Azure ML extension needs it',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'Volcano of others serves the extension',
    weight: 'advisory',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  aliases: [
    'installVolcano=false',
    'volcanoScheduler.schedulerConfigMap',
    'volcano-scheduler.conf',
    'job/validate',
    'task-topology',
  ],
  needs: { state: volcano, setup: volcanoSetup },
  messages: MESSAGES,
  check({ state, setup }, context) {
    if (state === undefined) return context.notApplicable('nothing is going to be installed');
    const { intent, training, brought, programs } = state;
    if (typeof training !== 'boolean') return context.unknown(training);
    if (!training) return context.notApplicable('enableTraining is not on: nothing needs Volcano');
    if (typeof brought !== 'boolean') return context.unknown(brought);
    if (brought)
      return setup.named === undefined
        ? context.notApplicable('the extension brings its own Volcano, set up as it needs it')
        : ownConfig(intent, setup.named, context);
    const [runs] = programs.foreign;
    if (runs === undefined)
      return programs.complete.state === 'unknown'
        ? context.unknown(programs.complete.gap)
        : context.notApplicable('no Volcano runs');
    const { config, jobWebhook, webhooksRead } = setup;
    const version = programs.foreign.find((program) => program.version !== undefined)?.version;
    const verify = verifyWithPreflight(intent);
    const program = runs.workload.cite(programText(runs), '/spec/template/spec/containers');
    const verdicts: Verdict[] = [];
    if (version === undefined || !isOlder(version))
      verdicts.push(context.ruledOut(`Volcano ${version ?? 'of an unknown version'} runs`, program));
    else if (jobWebhook !== undefined)
      verdicts.push(
        context.found({
          message: 'webhook',
          args: { version, webhook: `ValidatingWebhookConfiguration ${jobWebhook.ref.name}` },
          subject: jobWebhook.ref,
          certainty: 'likely',
          basis: 'version and webhook were seen; that the two do not go together is documented',
          consequence: 'Volcano refuses the jobs that the extension writes.',
          cite: [jobWebhook.cite('what it judges', '/webhooks'), program],
          fixes: [
            fix({
              title: 'Upgrade Volcano to 1.6 or later, or leave its webhook for jobs out',
              applicability: 'review',
              effect: 'Volcano no longer judges jobs of anybody before it takes them.',
              steps: [
                kubectl({}, ['get', 'validatingwebhookconfiguration', jobWebhook.ref.name, '-o', 'yaml'], false),
                kubectl({}, ['delete', 'validatingwebhookconfiguration', jobWebhook.ref.name], true),
                manual(
                  'Take /jobs/validate off --enabled-admission of Deployment volcano-admission as well, or it makes the object anew when it starts.',
                ),
              ],
              undo: [manual('Keep what the first step prints, in a file, and apply it again.')],
              verify,
            }),
          ],
        }),
      );
    else if (webhooksRead.state === 'unknown') verdicts.push(context.unknown(webhooksRead.gap));
    else verdicts.push(context.ruledOut('no webhook judges the jobs of Volcano', program));
    if (config?.state === 'unknown') verdicts.push(context.unknown(config.gap));
    if (config?.state === 'present') {
      const { object, text, cite, key } = config.value;
      const { actions, plugins } = volcanoConfigLack(text);
      const lack = [
        ...actions.map((action) => `action ${action}`),
        ...plugins.map((plugin) => (plugin === 'gang' ? 'plugin gang (or sla)' : `plugin ${plugin}`)),
      ];
      verdicts.push(
        lack.length === 0
          ? context.ruledOut('the scheduler configuration has the documented actions and plugins', cite)
          : context.found({
              message: 'config',
              args: { name: `${object.ref.namespace ?? ''}/${object.ref.name}`, lack: lack.join(', ') },
              subject: object.ref,
              certainty: 'confirmed',
              basis: 'the text of its configuration was compared with the documented one',
              consequence: 'Jobs of several pods start in part, on other nodes than meant, or not at all.',
              cite: [cite],
              fixes: [
                fix({
                  title: `Add what is missing to ${key}`,
                  applicability: 'advice',
                  effect: 'The scheduler reads its configuration again within a minute; pods that run stay.',
                  steps: [
                    manual(
                      'Actions: "enqueue, allocate, backfill". First tier: task-topology, priority, gang, conformance; second: overcommit, drf, predicates, proportion, nodeorder, binpack. Where a cluster autoscaler adds nodes, sla (sla-waiting-time: 1m) in place of gang.',
                    ),
                  ],
                  verify,
                }),
              ],
            }),
      );
    }
    const [first, ...more] = verdicts;
    return first === undefined ? context.notApplicable('nothing was read') : context.all([first, ...more]);
  },
});

/** The configuration that the extension's own scheduler is to read. */
function ownConfig(
  intent: PreflightIntent,
  { name, found }: NonNullable<VolcanoSetup['named']>,
  context: RuleContext<typeof MESSAGES>,
): Verdict {
  if (found.state === 'unknown') return context.unknown(found.gap);
  if (found.state === 'present')
    return context.ruledOut(`ConfigMap ${EXTENSION_NAMESPACE}/${name} is there`, found.cite);
  return context.found({
    message: 'configMissing',
    args: { name: `${EXTENSION_NAMESPACE}/${quoted(name, 80)}` },
    subject: { apiVersion: 'v1', kind: 'ConfigMap', namespace: EXTENSION_NAMESPACE, name },
    certainty: 'confirmed',
    basis: 'the setting names it, and the API server does not have it',
    consequence: 'The pod of volcano-scheduler waits for its volume, and no training job is scheduled.',
    cite: [intent.citeSetting('volcanoScheduler.schedulerConfigMap'), found.cite],
    fixes: [
      fix({
        title: 'Make the ConfigMap first, or leave the setting out',
        applicability: 'fill-in',
        effect: 'The scheduler of the extension reads its configuration from it.',
        steps: [
          kubectl(
            { namespace: EXTENSION_NAMESPACE },
            ['create', 'configmap', name, '--from-file=volcano-scheduler.conf=<FILE>'],
            true,
          ),
          manual('Where namespace azureml is not there yet: kubectl create namespace azureml.'),
        ],
        undo: [kubectl({ namespace: EXTENSION_NAMESPACE }, ['delete', 'configmap', name], true)],
        verify: verifyWithPreflight(intent),
      }),
    ],
  });
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < FIRST_FIT[0] || (major === FIRST_FIT[0] && minor < FIRST_FIT[1]);
}
