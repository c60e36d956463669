/** Cause: a Python program uses a name that it does not define, or its source does not parse. */
import { advice } from '../../../fixes/advice.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, codeOrigin, consequenceOf, placeOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5404',
  name: 'PythonSourceBroken',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The Python source uses an undefined name or does not parse',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'NameError',
    'UnboundLocalError',
    'SyntaxError',
    'IndentationError',
    'TabError',
    'python-name-error',
    'is not defined',
    'UserScriptImportError',
    'DeploymentCrashLoopBackOff',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    name: '{place} in image {image} uses the name {detail}, which is not defined',
    syntax: '{place} in image {image} is no valid Python: {detail}',
    nameMounted: '{place}, in a volume of container {container}, uses the name {detail}, which is not defined',
    syntaxMounted: '{place}, in a volume of container {container}, is no valid Python: {detail}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no undefined name and no syntax error', alsoRunning: true },
      (run, log) => {
        const { traceback } = log;
        if (!traceback) return undefined;
        const isName = /^(?:NameError|UnboundLocalError)$/.test(traceback.exception);
        const isSyntax = /^(?:SyntaxError|IndentationError|TabError)$/.test(traceback.exception);
        if (!isName && !isSyntax) return undefined;
        const { image } = run.container;
        const detail = isName
          ? (/'([^']{1,100})'/.exec(traceback.message)?.[1] ?? quoted(traceback.message, BRIEF))
          : quoted(traceback.message, BRIEF);
        const subject = codeOrigin(run, traceback.userFrame?.file, template.workload);
        const place = placeOf(traceback) ?? 'the program';
        const common = {
          subject,
          certainty: 'confirmed' as const,
          basis: 'Python names the place and the mistake',
          consequence: consequenceOf(run, 'The program ends at that line, at every start.'),
          cite: [citeException(log, traceback)] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
        };
        // Code that was uploaded beside the image: a ConfigMap, or what Azure ML downloads into the pod.
        if (subject === template.workload)
          return context.found({
            message: isName ? 'nameMounted' : 'syntaxMounted',
            args: { place, container: run.container.name, detail },
            ...common,
            container: run.container.name,
            fixes: [
              advice(
                template.workload,
                isName ? `Import or define ${detail} in the file` : 'Mend the line',
                'Correct the file where it comes from and deploy it again; run python -m compileall and a linter on it with the Python of the image first',
              ),
            ],
          });
        return context.found({
          message: isName ? 'name' : 'syntax',
          args: { place, image, detail },
          ...common,
          fixes: [
            rebuildImage(
              image,
              isName ? `with ${detail} imported or defined` : 'with sources that Python can read',
              template.workload,
              isName
                ? `Import or define ${detail} in the file; a linter finds undefined names before the build`
                : 'Mend the line, and run python -m compileall with the Python of the image before the build',
            ),
          ],
        });
      },
    );
  },
});
