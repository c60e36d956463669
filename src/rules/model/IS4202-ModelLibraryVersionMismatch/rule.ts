/** Cause: the model was saved with another version of a library than the one that reads it. */
import { advice } from '../../../fixes/advice.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { missingModelCode, readsModel } from '../../../views/model-files.ts';
import { modelOrigin } from '../../../views/model-place.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { standingSignal } from '../../../views/server-load.ts';
import { withoutStop } from '../../../views/signal-finding.ts';
import type { Traceback } from '../../../views/signals/index.ts';
import { serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';

/** scikit-learn `base.py` (InconsistentVersionWarning); the older UserWarning has the same words. */
const VERSIONS =
  /Trying to unpickle estimator \w{1,100} from version (?<saved>[\w.]{1,30}) when using version (?<installed>[\w.]*\w)/;

/** Lines in which a library itself says that the model is of another version. */
const STATED: ReadonlySet<string> = new Set([
  'autogluon-version-mismatch',
  'onnx-version-unsupported',
  'tensorrt-plan-incompatible',
  'tensorflow-operation-missing',
  'xgboost-version-mismatch',
]);

/** What fails when the classes behind a pickle changed: scikit-learn trees, moved modules and attributes, newer pickle, Keras, PyTorch. */
const UNREADABLE: readonly RegExp[] = [
  /incompatible dtype/,
  /Can't get attribute '[^']{1,200}' on <module/,
  /ModuleNotFoundError: No module named '[\w.]{1,200}'/,
  /unsupported pickle protocol/,
  /AttributeError: .{0,120}has no attribute/,
  /__randomstate_ctor|BitGenerator/,
  /Error\(s\) in loading state_dict/,
  /Could not locate class|Unknown layer|Error when deserializing class|Unrecognized keyword arguments/,
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
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-library-version-mismatch',
    'sklearn-version-mismatch',
    'incompatible dtype',
    'InconsistentVersionWarning',
    "Can't get attribute",
    'unsupported pickle protocol',
    'AutoGluon major or minor version mismatch',
    'Unsupported model IR version',
    'Op type not registered',
    'Version tag does not match',
  ],
  needs: { runs: containerRuns, template: podTemplate, source: serverSource },
  messages: {
    versions: 'The model was saved with {library} {saved} and is read by {installed}, which cannot',
    unread: 'The model was saved with another version of {library} than reads it: {words}',
    newer: 'The model is of {what} {saved}; {library} in container {container} reads at most {most}',
    stated: '{library} in container {container} refuses the model: {meaning}',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no model that another version of a library wrote', alsoRunning: true },
      (run, log) => {
        const { traceback } = log;
        const from = source.state === 'present' ? source.value : undefined;
        const { subject, origin, object, wants } = modelOrigin(run.container, from, template.workload);
        const hit = standingSignal(log, STATED);
        if (hit) {
          const { groups, signal } = hit.match;
          const library = signal.component === 'autogluon' ? 'AutoGluon' : signal.component;
          const shown = {
            subject,
            certainty: 'confirmed' as const,
            basis: 'the library itself says so',
            consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
            cite: [hit.cite, ...(object ? [object.cite] : [])] as const,
            trace: runTrace(run, log),
            effects: run.effects,
            affects: run.affects,
            wants,
            fixes: [
              advice(template.workload, `Bring ${origin} and ${library} to one version`, withoutStop(signal.fix)),
            ],
          };
          const { saved, installed, most } = groups;
          if (saved !== undefined && installed !== undefined)
            return context.found({ message: 'versions', args: { library, saved, installed }, ...shown });
          if (saved !== undefined && most !== undefined)
            return context.found({
              message: 'newer',
              args: { what: 'IR version', saved, library, container: run.container.name, most },
              ...shown,
            });
          return context.found({
            message: 'stated',
            args: { library, container: run.container.name, meaning: signal.meaning },
            ...shown,
          });
        }
        if (!traceback || !readsModel(traceback) || missingModelCode(traceback)) return undefined;
        const words = UNREADABLE.find((expression) => expression.test(`${traceback.exception}: ${traceback.message}`));
        if (!words) return undefined;
        const warning = log.before(traceback.fromLine, 60, VERSIONS);
        const library = libraryOf(traceback);
        const common = {
          subject,
          certainty: warning ? ('confirmed' as const) : ('likely' as const),
          basis: warning
            ? 'the library names both versions, and then fails to read the model'
            : 'the library fails at a part that versions have in different forms',
          consequence: consequenceOf(run, 'The program ends while it loads the model, at every start.'),
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          wants,
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
