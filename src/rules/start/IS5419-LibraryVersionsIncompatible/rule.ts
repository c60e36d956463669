/** Cause: the versions of the libraries in the image do not work with each other or with the model. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, outcomeOf, runTrace } from '../../../views/run-trace.ts';
import { endingSignal, withoutStop } from '../../../views/signal-finding.ts';
import { defineRule } from '../../define.ts';

const SIGNALS: ReadonlySet<string> = new Set([
  'numpy-two-incompatible',
  'numpy-binary-incompatible',
  'numpy-too-old',
  'numpy-extension-broken',
  'numpy-name-removed',
  'pydantic-base-settings-moved',
  'pydantic-name-removed',
  'pydantic-model-of-version-one',
  'pydantic-too-old-for-python',
  'protobuf-code-too-old',
  'protobuf-runtime-too-old',
  'azureml-flask-too-new',
  'azureml-jinja-too-new',
  'multipart-missing',
  'transformers-too-old',
  'transformers-library-missing',
  'tokenizer-too-new',
  'java-class-too-new',
]);

export default defineRule({
  code: 'IS5419',
  name: 'LibraryVersionsIncompatible',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The libraries in the image do not fit each other',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'numpy.dtype size changed',
    'A module that was compiled using NumPy 1.x',
    'BaseSettings has been moved',
    'Descriptors cannot be created directly',
    'python-multipart',
    'UnsupportedClassVersionError',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    known: 'Container {container} {outcome} because {meaning}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the end of the log shows none of these signals', alsoRunning: true },
      (run, log) => {
        const match = endingSignal(log, SIGNALS);
        if (!match) return undefined;
        const { container } = run;
        return context.found({
          message: 'known',
          args: { container: container.name, outcome: outcomeOf(run), meaning: match.signal.meaning },
          subject: imageRef(container.image),
          container: container.name,
          certainty: match.signal.severity === 'fatal' ? 'confirmed' : 'likely',
          basis: 'the end of the log says so',
          consequence: consequenceOf(run, 'The program ends while it imports its libraries, at every start.'),
          cite: [log.cite(`log of container ${container.name}, line ${match.line}`, match.line)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            rebuildImage(
              container.image,
              'with library versions that fit each other',
              template.workload,
              withoutStop(match.signal.fix),
            ),
          ],
        });
      },
    );
  },
});
