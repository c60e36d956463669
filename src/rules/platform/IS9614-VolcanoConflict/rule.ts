/** Check of preflight: Volcano of somebody else is in the way of the extension's own, or the extension is to use one that is not there. */
import type { Fix } from '../../../model/finding.ts';
import { changeSettings, verifyWithPreflight } from '../../../fixes/azureml.ts';
import { fix, kubectl } from '../../../fixes/build.ts';
import { installedVersionText, programText } from '../../../views/azureml/installed-programs.ts';
import { volcano, type Volcano } from '../../../views/azureml/volcano.ts';
import { helmOwnerText, isOfRelease } from '../../../views/helm-owner.ts';
import { EXTENSION_NAMESPACE } from '../../../views/parse/azureml-settings.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS9614',
  name: 'VolcanoConflict',
  stage: 'platform',
  role: 'cause',
  since: '0.1.0',
  title: 'What is installed of Volcano does not fit the setting installVolcano',
  appliesTo: ['Preflight'],
  looksAt: 'asked',
  effects: ['install-fails'],
  preflight: {
    profile: 'azureml',
    title: 'one Volcano',
    weight: 'blocking',
    phases: ['pre-install', 'pre-upgrade', 'pre-rollback'],
  },
  aliases: [
    'installVolcano',
    'volcanoScheduler.enable',
    'jobs.batch.volcano.sh',
    'exists and cannot be imported into the current release: invalid ownership metadata',
    'invalid ownership metadata',
    'unable to continue with install: CustomResourceDefinition "jobs.batch.volcano.sh"',
  ],
  needs: { state: volcano },
  messages: {
    running:
      'Volcano{version} runs as {program}, its definition jobs.batch.volcano.sh belongs to {owner}, and {setting} is on',
    leftover:
      'Definition jobs.batch.volcano.sh belongs to {owner}, not to the release of the extension, and {setting} is on',
    second: 'Volcano{version} runs as {program}, owned by {owner}, and {setting} is on',
    missing: '{setting} is off, and no Volcano runs in the cluster',
  },
  check({ state }, context) {
    if (state === undefined) return context.notApplicable('nothing is going to be installed');
    const { intent, training, brought, setting, programs, definitions } = state;
    if (typeof training !== 'boolean') return context.unknown(training);
    if (!training) return context.notApplicable('enableTraining is not on: nothing needs Volcano');
    const { main } = definitions;
    const complete = programs.complete;
    const [runs] = programs.foreign;
    if (typeof brought !== 'boolean') return context.unknown(brought);
    if (!brought) {
      if (runs !== undefined)
        return context.ruledOut(
          `${setting} is off, and ${programText(runs)} runs`,
          runs.workload.cite(programText(runs), '/spec/template/spec/containers'),
        );
      if (complete.state === 'unknown') return context.unknown(complete.gap);
      return context.found({
        message: 'missing',
        args: { setting },
        subject: context.on,
        certainty: 'confirmed',
        basis: 'all Deployments of the cluster were read, and none is a part of Volcano',
        consequence: 'Training jobs are accepted and nobody makes their pods.',
        cite: [intent.citeSetting(setting), complete.cite],
        fixes: [
          changeSettings(
            intent,
            'Let the extension bring Volcano',
            { installVolcano: 'true' },
            'Volcano is installed into namespace azureml.',
          ),
        ],
      });
    }
    const common = {
      consequence:
        'Helm takes over no object that another release owns: the installation stops with “invalid ownership metadata”.',
    } as const;
    if (main.state === 'present' && !isOfRelease(main.value, EXTENSION_NAMESPACE, intent.extensionName)) {
      const cite = [main.value.cite('labels and annotations of jobs.batch.volcano.sh', '/metadata')] as const;
      const owner = helmOwnerText(main.value);
      if (runs !== undefined)
        return context.found({
          message: 'running',
          args: { version: installedVersionText(runs), program: programText(runs), owner, setting },
          subject: main.value.ref,
          certainty: 'confirmed',
          basis: "the definition's labels and annotations name another owner or none",
          ...common,
          cite: [...cite, runs.workload.cite(programText(runs), '/spec/template/spec/containers')],
          fixes: [useTheirs(state)],
        });
      return context.found({
        message: 'leftover',
        args: { owner, setting },
        subject: main.value.ref,
        certainty: 'confirmed',
        basis: "the definition's labels and annotations name another owner or none",
        ...common,
        cite: [...cite],
        fixes: [handOver(state), ...(complete.state === 'present' ? [] : [useTheirs(state)])],
      });
    }
    // Without its definitions Volcano schedules nothing, whatever runs of it.
    if (runs !== undefined && main.state === 'present')
      return context.found({
        message: 'second',
        args: {
          version: installedVersionText(runs),
          program: programText(runs),
          owner: helmOwnerText(runs.workload),
          setting,
        },
        subject: runs.workload.ref,
        certainty: 'likely',
        basis: 'the Deployment is a part of Volcano and does not belong to the extension; its definitions do',
        consequence: 'Two schedulers and two webhooks answer for the same jobs.',
        cite: [runs.workload.cite(programText(runs), '/spec/template/spec/containers'), intent.citeSetting(setting)],
        fixes: [useTheirs(state)],
      });
    if (main.state === 'unknown') return context.unknown(main.gap);
    if (complete.state === 'unknown') return context.unknown(complete.gap);
    return main.state === 'absent'
      ? context.ruledOut('no Volcano is in the cluster', main.cite, complete.cite)
      : context.ruledOut('the Volcano that is there belongs to the extension', main.cite, complete.cite);
  },
});

function useTheirs({ intent, setting }: Volcano): Fix {
  return changeSettings(
    intent,
    'Let the extension use the Volcano that runs',
    { [setting]: 'false' },
    'The extension brings none; the one that runs has to be set up for it (IS9623 looks at that).',
  );
}

/** What helm's `pkg/action/validate.go` asks for. */
function handOver({ intent, definitions }: Volcano): Fix {
  const release = intent.extensionName ?? '<EXTENSION>';
  const names = definitions.all
    .filter((definition) => !isOfRelease(definition, EXTENSION_NAMESPACE, intent.extensionName))
    .map(({ ref }) => ref.name);
  const targets = names.length === 0 ? ['jobs.batch.volcano.sh'] : names;
  const change = (label: string, annotations: readonly string[]): Fix['steps'] => [
    kubectl({}, ['label', 'customresourcedefinition', ...targets, label, '--overwrite'], true),
    kubectl({}, ['annotate', 'customresourcedefinition', ...targets, ...annotations, '--overwrite'], true),
  ];
  return fix({
    title: 'Hand the definitions of Volcano over to the release of the extension',
    applicability: intent.extensionName === undefined ? 'fill-in' : 'review',
    effect:
      'Changes nothing that runs; from now on the extension upgrades and deletes them, and all Volcano Jobs with them.',
    steps: change('app.kubernetes.io/managed-by=Helm', [
      `meta.helm.sh/release-name=${release}`,
      `meta.helm.sh/release-namespace=${EXTENSION_NAMESPACE}`,
    ]),
    undo: change('app.kubernetes.io/managed-by-', ['meta.helm.sh/release-name-', 'meta.helm.sh/release-namespace-']),
    verify: verifyWithPreflight(intent),
  });
}
