/** Cause: a Python program imports a module that its image does not contain. */
import { advice } from '../../../fixes/advice.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { listAt } from '../../../model/json.ts';
import { imageRef } from '../../../model/reference.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { readsModel } from '../../../views/model-files.ts';
import type { ContainerState } from '../../../views/pod-state.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import type { LogHit, RunLog } from '../../../views/run-log.ts';
import { citeEnding, consequenceOf, placeOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

const MISSING = /(?:ModuleNotFoundError|ImportError|\bpython[\d.]*): No module named '?(?<module>[\w.]{1,200})'?/;

/** The exception that ended the run, not one that the program caught before. */
function missingIn(log: RunLog): LogHit | undefined {
  if (!log.traceback || !/^(?:ModuleNotFoundError|ImportError)$/.test(log.traceback.exception)) return undefined;
  return log.before(log.traceback.messageLine, 0, MISSING);
}

/** Python names the first part that it cannot find: with a dot, the package itself is there and lacks the submodule. */
function isSubmodule(module: string, log: RunLog): boolean {
  return (
    module.includes('.') &&
    log.traceback?.message.includes('is not a package') !== true &&
    log.ending(/Could not import module/) === undefined
  );
}

/** `gunicorn app:create()`, `uvicorn app.main:app`, `python -m app`: the module that the container's own command names. */
function tellsToLoad(container: ContainerState, module: string): boolean {
  const words = [...listAt(container.spec, 'command'), ...listAt(container.spec, 'args')].flatMap((word) =>
    typeof word === 'string' ? word.split(/\s+/) : [],
  );
  return words.some(
    (word, index) =>
      word.startsWith(`${module}:`) || word.startsWith(`${module}.`) || (word === module && words[index - 1] === '-m'),
  );
}

export default defineRule({
  code: 'IS5401',
  name: 'PythonModuleMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A Python module that the program imports is not in the image',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'python-package-missing',
    'python-module-missing',
    'ModuleNotFoundError',
    'No module named',
    'UserScriptImportError',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    missing: 'Image {image} lacks the Python module {module}, which {place} imports',
    unplaced: 'Image {image} lacks the Python module {module}, which the program imports',
    asgi: 'The server is told to load the module {module}, which image {image} does not have',
  },
  check({ runs, template }, context) {
    return judgeRuns(runs, context, { absent: 'the log names no missing module', alsoRunning: true }, (run, log) => {
      const asgi = log.ending(/Could not import module "(?<module>[\w.]{1,200})"/);
      const missing = log.traceback === undefined ? log.ending(MISSING) : missingIn(log);
      const hit = missing ?? asgi;
      const module = hit?.match.groups?.['module'];
      if (!hit || module === undefined || isSubmodule(module, log)) return undefined;
      // A pickle that names a module of its author is the model's trouble, not the program's.
      if (log.traceback && missing && readsModel(log.traceback)) return undefined;
      const { image } = run.container;
      const place = placeOf(log.traceback);
      const isTold = place === undefined && tellsToLoad(run.container, module);
      const common = {
        subject: imageRef(image),
        certainty: 'confirmed' as const,
        basis: 'Python names the module that it cannot find',
        consequence: consequenceOf(run, 'The program ends before it serves anything, at every start.'),
        cite: [citeEnding(log, hit)] as const,
        trace: runTrace(run, log),
        effects: run.effects,
        affects: run.affects,
        fixes:
          isTold || !missing
            ? [
                advice(
                  template.workload,
                  `Name a module that the image has, in place of ${module}`,
                  'Spell the module in the command as the image has it, and start the server in the folder that holds it',
                ),
                rebuildImage(image, `with ${module} in the folder that the server starts in`, template.workload),
              ]
            : [rebuildImage(image, `with ${module.split('.')[0] ?? module} among its requirements`, template.workload)],
      };
      if (!missing || isTold) return context.found({ message: 'asgi', args: { image, module }, ...common });
      if (place === undefined) return context.found({ message: 'unplaced', args: { image, module }, ...common });
      return context.found({ message: 'missing', args: { image, module, place }, ...common });
    });
  },
});
