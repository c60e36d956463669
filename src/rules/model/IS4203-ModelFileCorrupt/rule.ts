/** Cause: the file of a model is cut off or is no model of that format. */
import { advice } from '../../../fixes/advice.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { isPointer, UNREADABLE } from '../../../views/model-format.ts';
import { modelSource, sourceRef } from '../../../views/model-origin.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4203',
  name: 'ModelFileCorrupt',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The file of the model cannot be read',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'model-file-corrupt',
    'model-file-unreadable',
    'UnpicklingError',
    'invalid load key',
    'Ran out of input',
    'SafetensorError',
    'PytorchStreamReader failed',
  ],
  needs: { runs: containerRuns, template: podTemplate, source: modelSource },
  messages: {
    unreadable: 'The model file of {origin} cannot be read: {words}',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no unreadable model file', alsoRunning: true },
      (run, log) => {
        const hit = log.ending(...UNREADABLE);
        if (!hit || isPointer(log)) return undefined;
        const from = source.state === 'present' ? source.value : undefined;
        const object = from?.objects.length === 1 ? from.objects[0] : undefined;
        const uri = object?.uri ?? from?.uri;
        return context.found({
          message: 'unreadable',
          args: { origin: uri ?? run.container.image, words: quoted(hit.text, BRIEF) },
          subject: uri === undefined ? imageRef(run.container.image) : sourceRef(uri),
          certainty: 'confirmed',
          basis: 'the library says that the file is not of its format, or ends too early',
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          cite: [hit.cite, ...(object ? [object.cite] : [])],
          trace: runTrace(run, log),
          effects: run.effects,
          fixes: [
            advice(
              template.workload,
              'Save or upload the model file anew',
              'Compare size and digest of the file with those of the original; a download that broke off leaves a shorter one',
            ),
          ],
        });
      },
    );
  },
});
