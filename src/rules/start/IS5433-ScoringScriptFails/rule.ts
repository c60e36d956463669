/** Cause, general: the scoring script of Azure ML raises an exception while it is imported, or in init(). */
import { advice } from '../../../fixes/advice.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, consequenceOf, placeOf, runTrace } from '../../../views/run-trace.ts';
import { scriptTrouble } from '../../../views/azureml/scoring-script.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5433',
  name: 'ScoringScriptFails',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The scoring script of Azure ML fails at its start',
  general: true,
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'UserScriptInitFailed',
    'UserScriptImportError',
    'UserScriptException',
    'UserScriptImportException',
    "User's init function failed",
    'Failed to import user script because it raised an unhandled exception',
    'KubernetesCrashLoopBackOff',
    'DeploymentCrashLoopBackOff',
    'ResourceNotReady',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    init: 'init() of the scoring script of container {container} fails with {exception}: {detail}',
    initAt: 'init() of the scoring script of container {container} fails with {exception} at {place}: {detail}',
    import: 'The scoring script of container {container} fails with {exception} while it is imported: {detail}',
    importAt:
      'The scoring script of container {container} fails with {exception} at {place} while it is imported: {detail}',
    untold: 'init() or the import of the scoring script of container {container} fails; no traceback tells why',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the server says nothing of a scoring script that failed', alsoRunning: true },
      (run, log) => {
        const trouble = scriptTrouble(log);
        if (trouble?.kind !== 'raises') return undefined;
        const { container } = run;
        const { traceback, stage, hit } = trouble;
        const common = {
          subject: template.workload,
          container: container.name,
          certainty: 'confirmed' as const,
          basis: 'the inference server says that the script raised this exception',
          consequence: consequenceOf(run, 'The server ends before it serves anything, at every start.'),
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            advice(
              template.workload,
              'Mend the scoring script where the traceback points',
              'Try it with `azmlinfsrv --entry_script score.py` in the same image before it is deployed again; the path of the model begins at AZUREML_MODEL_DIR',
            ),
          ],
        };
        if (traceback === undefined)
          return context.found({
            message: 'untold',
            args: { container: container.name },
            ...common,
            certainty: 'likely',
            cite: [hit.cite],
          });
        const place = placeOf(traceback);
        const args = {
          container: container.name,
          exception: traceback.exception,
          detail: quoted(traceback.message.split('\n')[0] ?? '', 70),
        };
        const cite = [citeException(log, traceback), hit.cite] as const;
        if (place === undefined) return context.found({ message: stage, args, ...common, cite });
        return context.found({
          message: stage === 'init' ? 'initAt' : 'importAt',
          args: { ...args, place },
          ...common,
          cite,
        });
      },
    );
  },
});
