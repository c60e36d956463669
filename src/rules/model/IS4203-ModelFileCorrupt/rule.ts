/** Cause: the file of a model is cut off or is no model of that format. */
import { advice } from '../../../fixes/advice.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { firstLetter, isPointer, pointerObject, unreadableHit } from '../../../views/model-format.ts';
import { modelOrigin } from '../../../views/model-place.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeEnding, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS4203',
  name: 'ModelFileCorrupt',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The file of the model cannot be read',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-file-corrupt',
    'model-file-unreadable',
    'UnpicklingError',
    'invalid load key',
    'Ran out of input',
    'SafetensorError',
    'PytorchStreamReader failed',
    'You may be trying to read with python 3 a joblib pickle generated with python 2',
    'Unknown model format or submodel type',
    'HeaderTooLarge',
  ],
  needs: { runs: containerRuns, template: podTemplate, source: serverSource },
  messages: {
    unreadable: 'The model file of {origin} cannot be read: {words}',
    page: 'The model file of {origin} is no model: it begins with <, as a web page or XML does',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no unreadable model file', alsoRunning: true },
      (run, log) => {
        const from = source.state === 'present' ? source.value : undefined;
        const hit = unreadableHit(log);
        if (!hit || isPointer(log) || pointerObject(from)) return undefined;
        const { subject, origin, object, wants } = modelOrigin(run.container, from, template.workload);
        const letter = firstLetter(hit);
        const common = {
          subject,
          certainty: 'confirmed' as const,
          basis: 'the library says that the file is not of its format, or ends too early',
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          cite: [citeEnding(log, hit), ...(object ? [object.cite] : [])] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          wants,
          fixes: [
            advice(
              template.workload,
              'Save or upload the model file anew',
              'Compare size and digest of the file with those of the original; a download that broke off leaves a shorter one',
            ),
          ],
        };
        if (letter === '<') return context.found({ message: 'page', args: { origin }, ...common });
        return context.found({ message: 'unreadable', args: { origin, words: quoted(hit.text, BRIEF) }, ...common });
      },
    );
  },
});
