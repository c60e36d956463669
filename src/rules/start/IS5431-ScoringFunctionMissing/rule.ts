/** Cause: the scoring script of Azure ML does not define init() or run(). */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { codeOrigin, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { scriptPath, scriptTrouble } from '../../../views/azureml/scoring-script.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5431',
  name: 'ScoringFunctionMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The scoring script of Azure ML lacks init() or run()',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'UserScriptFunctionNotFound',
    'scoring-function-missing',
    'does not have a init() function defined',
    'does not have a run() function defined',
    'KubernetesCrashLoopBackOff',
    'DeploymentCrashLoopBackOff',
    'ResourceNotReady',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: { missing: 'Scoring script {path} of container {container} defines no function {name}()' },
  check({ runs, template }, context) {
    return judgeRuns(runs, context, { absent: 'the log misses no function', alsoRunning: true }, (run, log) => {
      const trouble = scriptTrouble(log);
      if (trouble?.kind !== 'function') return undefined;
      const { container } = run;
      const { name } = trouble;
      const path = trouble.path ?? scriptPath(log, container) ?? 'main.py';
      const subject = codeOrigin(run, path, template.workload);
      return context.found({
        message: 'missing',
        args: { path, container: container.name, name },
        subject,
        ...(subject === template.workload ? { container: container.name } : {}),
        certainty: 'confirmed',
        basis: 'the server names the file and the function that it does not find in it',
        consequence: consequenceOf(run, 'The server ends before it serves anything, at every start.'),
        cite: [trouble.hit.cite, ...(container.exit === undefined ? [] : [container.exit.cite])],
        trace: runTrace(run, log),
        effects: run.effects,
        affects: run.affects,
        fixes: [
          advice(
            template.workload,
            `Define ${name}() at the top level of ${path}`,
            name === 'init'
              ? 'Add `def init():` to the script, with global variables for what run() needs; both names are fixed, and methods of a class do not count'
              : 'Add `def run(data):` to the script, which returns what can be written as JSON; both names are fixed, and methods of a class do not count',
          ),
        ],
      });
    });
  },
});
