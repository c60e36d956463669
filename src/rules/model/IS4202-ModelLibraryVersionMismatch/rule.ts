/** Cause: the model was saved with another version of a library than the one that reads it. */
import { advice } from '../../../fixes/advice.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { readsModel } from '../../../views/model-files.ts';
import { modelSource, sourceRef } from '../../../views/model-origin.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import type { Traceback } from '../../../views/signals/index.ts';
import { defineRule } from '../../define.ts';

/** scikit-learn `base.py` (InconsistentVersionWarning); the older UserWarning has the same words. */
const VERSIONS =
  /Trying to unpickle estimator \w{1,100} from version (?<saved>[\w.]{1,30}) when using version (?<installed>[\w.]*\w)/;

/** What fails when the classes behind a pickle changed: scikit-learn trees, moved modules and attributes, newer pickle, Keras, PyTorch. */
const UNREADABLE: readonly RegExp[] = [
  /incompatible dtype/,
  /Can't get attribute '[^']{1,200}' on <module/,
  /ModuleNotFoundError: No module named '[\w.]{1,200}'/,
  /unsupported pickle protocol/,
  /AttributeError: .{0,120}has no attribute/,
  /__randomstate_ctor|BitGenerator/,
  /Error\(s\) in loading state_dict/,
  /Could not locate class|Unknown layer|Error when deserializing class/,
];

function libraryOf(traceback: Traceback): string {
  const text = `${traceback.message} ${traceback.frames.map((frame) => frame.file).join(' ')}`;
  if (/sklearn|scikit/.test(text)) return 'scikit-learn';
  return /\b(xgboost|lightgbm|catboost|torch|keras|tensorflow|numpy|pandas)\b/.exec(text)?.[1] ?? 'a library';
}

export default defineRule({
  code: 'IS4202',
  name: 'ModelLibraryVersionMismatch',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The model was saved with another version of a library',
  appliesTo: ['Pod'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'model-library-version-mismatch',
    'sklearn-version-mismatch',
    'incompatible dtype',
    'InconsistentVersionWarning',
    "Can't get attribute",
    'unsupported pickle protocol',
  ],
  needs: { runs: containerRuns, template: podTemplate, source: modelSource },
  messages: {
    versions: 'The model was saved with {library} {saved} and is read by {installed}, which cannot',
    unread: 'The model was saved with another version of {library} than reads it: {words}',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no model that another version of a library wrote', alsoRunning: true },
      (run, log) => {
        const { traceback } = log;
        if (!traceback || !readsModel(traceback)) return undefined;
        const words = UNREADABLE.find((expression) => expression.test(`${traceback.exception}: ${traceback.message}`));
        if (!words) return undefined;
        const warning = log.before(traceback.fromLine, 60, VERSIONS);
        const from = source.state === 'present' ? source.value : undefined;
        const object = from?.objects.length === 1 ? from.objects[0] : undefined;
        const uri = object?.uri ?? from?.uri;
        const library = libraryOf(traceback);
        const common = {
          subject: uri === undefined ? imageRef(run.container.image) : sourceRef(uri),
          certainty: warning ? ('confirmed' as const) : ('likely' as const),
          basis: warning
            ? 'the library names both versions, and then fails to read the model'
            : 'the library fails at a part that versions have in different forms',
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          trace: runTrace(run, log),
          effects: run.effects,
        };
        const exception = citeException(log, traceback);
        const saved = warning?.match.groups?.['saved'];
        const installed = warning?.match.groups?.['installed'];
        const fixes = [
          rebuildImage(
            run.container.image,
            saved === undefined ? `with the version of ${library} that saved the model` : `with ${library} ${saved}`,
            template.workload,
          ),
          advice(
            template.workload,
            `Save the model again with ${library} ${installed ?? 'of the version that serves it'}`,
            'Train or load it with its old version and save it with the new one, or keep it in a format without classes of a library (ONNX)',
          ),
        ];
        if (!warning || saved === undefined || installed === undefined) {
          return context.found({
            message: 'unread',
            args: { library, words: quoted(traceback.message.split('\n')[0] ?? '', BRIEF) },
            ...common,
            cite: [exception],
            fixes,
          });
        }
        return context.found({
          message: 'versions',
          args: { library, saved, installed },
          ...common,
          cite: [exception, warning.cite],
          fixes,
        });
      },
    );
  },
});
