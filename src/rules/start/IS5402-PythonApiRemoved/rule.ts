/** Cause: the installed version of a Python library does not have a name that the program uses. */
import { rebuildImage } from '../../../fixes/image-content.ts';
import { imageRef } from '../../../model/reference.ts';
import { scriptTrouble } from '../../../views/azureml/scoring-script.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { readsModel } from '../../../views/model-files.ts';
import { withoutStop } from '../../../views/signal-finding.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, codeOrigin, placeOf, runTrace } from '../../../views/run-trace.ts';
import type { Traceback } from '../../../views/signals/index.ts';
import { defineRule } from '../../define.ts';

interface Lack {
  readonly kind: 'name' | 'submodule' | 'attribute' | 'circular';
  readonly module: string;
  readonly missing: string;
  /** Where the module was loaded from (CPython 3.7 and later print it). */
  readonly path?: string;
}

/** Texts of CPython `Python/ceval.c` (import_from), `Lib/importlib/_bootstrap.py` and `Objects/moduleobject.c`. */
function lackOf(traceback: Traceback): Lack | undefined {
  const { exception, message } = traceback;
  if (/^(?:ImportError|ModuleNotFoundError)$/.test(exception)) {
    const name =
      /cannot import name '([^']{1,200})' from (partially initialized module )?'([^']{1,200})'(?:.*\(([^()]{1,400})\)\s*$)?/.exec(
        message,
      );
    if (name) {
      const [, missing = '', partial, module = '', path] = name;
      return {
        kind: partial === undefined ? 'name' : 'circular',
        module,
        missing,
        ...(path === undefined ? {} : { path }),
      };
    }
    const submodule = /No module named '([\w.]{1,200})\.(\w{1,100})'$/.exec(message);
    if (submodule) return { kind: 'submodule', module: submodule[1] ?? '', missing: submodule[2] ?? '' };
  }
  const attribute =
    exception === 'AttributeError'
      ? /^(partially initialized )?module '([\w.]{1,200})'.{0,120} has no attribute '(\w{1,100})'/.exec(message)
      : null;
  if (!attribute) return undefined;
  return {
    kind: attribute[1] === undefined ? 'attribute' : 'circular',
    module: attribute[2] ?? '',
    missing: attribute[3] ?? '',
  };
}

export default defineRule({
  code: 'IS5402',
  name: 'PythonApiRemoved',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'The installed version of a library lacks a name that the program imports',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'python-library-api-removed',
    'python-evidently-api-removed',
    'cannot import name',
    'ImportError',
    'has no attribute',
    'evidently',
    'UserScriptImportError',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    name: '{module} in image {image} has no {missing}, which {place} imports',
    submodule: '{module} in image {image} has no submodule {missing}, which {place} imports',
    attribute: '{module} in image {image} has no attribute {missing}, which {place} uses',
    circular: '{module} is not complete when {place} asks it for {missing}: modules of the program import each other',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log names no name that a library lacks', alsoRunning: true },
      (run, log) => {
        const { traceback } = log;
        const lack = traceback && lackOf(traceback);
        // A pickle that names moved classes is the model's trouble, not the program's.
        if (!traceback || !lack || readsModel(traceback)) return undefined;
        // A script that lacks what its server calls is no library.
        if (scriptTrouble(log)?.kind === 'function') return undefined;
        const { image } = run.container;
        const place = placeOf(traceback) ?? 'the program';
        const library = lack.module.split('.')[0] ?? lack.module;
        // What the catalogue knows of that very library; another program's advice about the same import is not meant.
        const known = log.signals.findLast(
          (match) => match.line === traceback.messageLine && match.signal.component === library,
        );
        const isOwn = lack.path !== undefined && !/\/(?:site|dist)-packages\//.test(lack.path);
        const isImport = lack.kind === 'circular' || isOwn;
        const change = isImport ? 'with the import corrected' : `with ${library} in a version that has ${lack.missing}`;
        const general = isImport
          ? `Import ${lack.missing} from where it is defined; what two modules need of each other belongs into a third`
          : `Pin ${library} to such a version, or use the name that the installed one has instead`;
        return context.found({
          message: lack.kind,
          args: { module: lack.module, image, missing: lack.missing, place },
          subject: isOwn ? codeOrigin(run, lack.path, template.workload) : imageRef(image),
          certainty: 'confirmed',
          basis: 'Python names the module and what it lacks',
          consequence:
            known === undefined
              ? 'The program ends at its import, at every start.'
              : `The program ends at its import: ${known.signal.meaning}.`,
          cite: [citeException(log, traceback)],
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [rebuildImage(image, change, template.workload, known ? withoutStop(known.signal.fix) : general)],
        });
      },
    );
  },
});
