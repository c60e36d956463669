/** Cause: the saved model refers to Python code that the server does not have. */
import { advice } from '../../../fixes/advice.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { missingModelCode } from '../../../views/model-files.ts';
import { modelSource } from '../../../views/model-origin.ts';
import { modelOrigin } from '../../../views/model-place.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

/** The script that was run, as it calls itself: no other program has its classes. */
const SCRIPT = /^__(?:mp_)?main__$/;

export default defineRule({
  code: 'IS4209',
  name: 'ModelCodeMissing',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The saved model needs Python code that its server does not have',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'model-custom-code-missing',
    "Can't get attribute on <module '__main__'",
    'ModuleNotFoundError while unpickling',
  ],
  needs: { runs: containerRuns, template: podTemplate, source: modelSource },
  messages: {
    module: 'The model needs the Python module {module}, which image {image} lacks',
    script: 'The model needs {name}, which the script that saved it defined and its server does not have',
    part: 'The model needs {name} of the Python module {module}, which in image {image} lacks it',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no code that a saved model lacks', alsoRunning: true },
      (run, log) => {
        const { traceback } = log;
        const missing = traceback && missingModelCode(traceback);
        if (!traceback || !missing) return undefined;
        const { image } = run.container;
        const { subject, object, wants } = modelOrigin(
          run.container,
          source.state === 'present' ? source.value : undefined,
          template.workload,
        );
        const common = {
          certainty: 'confirmed' as const,
          basis: 'Python names what the saved model refers to',
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          cite: [citeException(log, traceback), ...(object ? [object.cite] : [])] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          wants,
        };
        const { name, module } = missing;
        const again = advice(
          template.workload,
          'Save the model again without code of its own',
          'Move the code to a package that training and serving both install, and save the model anew; or keep the step out of the model, in a transformer',
        );
        if (missing.kind === 'module' || module === undefined)
          return context.found({
            message: 'module',
            args: { module: name, image },
            subject: imageRef(image),
            ...common,
            fixes: [
              rebuildImage(image, `with ${name.split('.')[0] ?? name} among its requirements`, template.workload),
              again,
            ],
          });
        if (SCRIPT.test(module))
          return context.found({ message: 'script', args: { name }, subject, ...common, fixes: [again] });
        return context.found({
          message: 'part',
          args: { name, module, image },
          subject: imageRef(image),
          ...common,
          fixes: [rebuildImage(image, `with the ${module} that the model was saved with`, template.workload), again],
        });
      },
    );
  },
});
