/** Cause: the inference server of Azure ML has no scoring script: none is named, or what is named is not there or no Python file. */
import { advice } from '../../../fixes/advice.ts';
import type { ObservedStep } from '../../../views/run-trace.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf } from '../../../views/run-trace.ts';
import { scriptPath, scriptTrouble } from '../../../views/azureml/scoring-script.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5432',
  name: 'ScoringScriptMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The inference server of Azure ML has no scoring script',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'scoring-script-missing',
    'No score script found',
    'Expected score script main.py',
    'Either provide an entry_script',
    'AZUREML_ENTRY_SCRIPT',
    'UserScriptImportError',
    'KubernetesCrashLoopBackOff',
    'DeploymentCrashLoopBackOff',
    'ResourceNotReady',
    'entry-script-missing',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    unset: 'Container {container} is told no scoring script, and there is no main.py',
    missing: 'Scoring script {path} of container {container} does not exist',
    unusable: 'What container {container} is told to run as its scoring script, {path}, is no file of Python source',
  },
  check({ runs, template }, context) {
    return judgeRuns(runs, context, { absent: 'the log misses no scoring script', alsoRunning: true }, (run, log) => {
      const trouble = scriptTrouble(log);
      if (trouble === undefined || trouble.kind === 'function' || trouble.kind === 'raises') return undefined;
      const { container } = run;
      const told = scriptPath(log, container);
      const common = {
        subject: template.workload,
        container: container.name,
        certainty: 'confirmed' as const,
        basis: 'the server says so',
        consequence: consequenceOf(run, 'The server ends before it serves anything, at every start.'),
        cite: [trouble.hit.cite, ...(container.exit === undefined ? [] : [container.exit.cite])] as const,
        trace: (container.exit === undefined
          ? []
          : [
              {
                text: `the process ends with exit code ${container.exit.exitCode}`,
                cite: [container.exit.cite],
              },
            ]) satisfies readonly ObservedStep[],
        effects: run.effects,
        affects: run.affects,
        fixes: [
          advice(
            template.workload,
            'Name the scoring script as it lies in the uploaded code',
            'Set code_configuration.code to the folder and scoring_script to the file in it (a path from that folder, with its upper and lower case), and deploy again; outside of Azure set AZUREML_ENTRY_SCRIPT and AML_APP_ROOT',
          ),
        ],
      };
      if (trouble.kind === 'unset')
        return context.found({ message: 'unset', args: { container: container.name }, ...common });
      return trouble.kind === 'missing'
        ? context.found({ message: 'missing', args: { container: container.name, path: trouble.path }, ...common })
        : context.found({
            message: 'unusable',
            args: { container: container.name, path: told ?? 'AZUREML_ENTRY_SCRIPT' },
            ...common,
          });
    });
  },
});
