/** Cause: a Python file runs twice in one process and registers its metrics twice, or two modules register the same metric. */
import { changeContainer } from '../../../fixes/container-change.ts';
import { rebuildImage } from '../../../fixes/image-content.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, citeFrame, codeOrigin, placeOf, placeOfFrame, runTrace } from '../../../views/run-trace.ts';
import type { Frame, Traceback } from '../../../views/signals/index.ts';
import { defineRule } from '../../define.ts';

interface SecondRun {
  readonly file: string;
  readonly frame: Frame;
  /** The source line that imports the file again. */
  readonly code: string;
  /** What it calls: `uvicorn.run`. */
  readonly call: string;
  /** `main:app`, where the call names it. */
  readonly app?: string;
  readonly port?: string;
}

/** The first file as a script, then an import, then the same file as a module. */
function executedTwice(traceback: Traceback): SecondRun | undefined {
  const { frames } = traceback;
  const first = frames.find((frame) => frame.function === '<module>');
  if (!first) return undefined;
  const start = frames.indexOf(first);
  const again = frames.findIndex(
    (frame, index) => index > start && frame.file === first.file && frame.function === '<module>',
  );
  const imports = frames
    .slice(start, again)
    .some((frame) => /importlib/.test(frame.file) || frame.function === 'import_module');
  if (again < 0 || !imports) return undefined;
  const code = first.code ?? 'an import';
  const app = /["']([\w.]{1,100}:\w{1,60})["']/.exec(code)?.[1];
  const port = /port\s*=\s*(\d{1,5})/.exec(code)?.[1];
  return {
    file: first.file,
    frame: first,
    code: code.slice(0, 120),
    call: /[\w.]{1,60}(?=\()/.exec(code)?.[0] ?? 'an import',
    ...(app === undefined ? {} : { app }),
    ...(port === undefined ? {} : { port }),
  };
}

export default defineRule({
  code: 'IS5403',
  name: 'PythonModuleExecutedTwice',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A metric is registered twice in one process',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'python-module-executed-twice',
    'prometheus-duplicated-timeseries',
    'Duplicated timeseries in CollectorRegistry',
    'DuplicateTimeseries',
  ],
  needs: { runs: containerRuns, template: podTemplate },
  messages: {
    twice: '{file} runs twice in one process: as a script, and imported again by {call}',
    twoPlaces: 'The metric {metric} is registered twice in one process, the second time at {place}',
  },
  check({ runs, template }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no metric that is registered twice', alsoRunning: true },
      (run, log) => {
        const { traceback } = log;
        const metric = /Duplicated timeseries in CollectorRegistry: \{'?([^'},]{1,100})/.exec(
          traceback?.message ?? '',
        )?.[1];
        if (!traceback || metric === undefined) return undefined;
        const { image } = run.container;
        const twice = executedTwice(traceback);
        const common = {
          subject: codeOrigin(run, twice?.file ?? traceback.userFrame?.file, template.workload),
          consequence: `Its metric ${metric} is registered twice, which ends the program. The registry lives in the process, so nothing of it outlasts a restart.`,
          effects: run.effects,
          affects: run.affects,
        };
        const exception = citeException(log, traceback);
        if (!twice) {
          return context.found({
            message: 'twoPlaces',
            args: { metric, place: placeOf(traceback) ?? 'an unknown place' },
            ...common,
            certainty: 'confirmed',
            basis: 'the client library names the metric that is there already',
            cite: [exception],
            trace: runTrace(run, log),
            fixes: [
              rebuildImage(
                image,
                'with each metric made once',
                template.workload,
                'Make the metrics in a module of their own, which the others import',
              ),
            ],
          });
        }
        return context.found({
          message: 'twice',
          args: { file: twice.file, call: twice.call },
          ...common,
          certainty: 'confirmed',
          basis: 'the traceback leads from the file through an import to the same file',
          cite: [exception],
          trace: [
            {
              text: `${placeOfFrame(twice.frame)}, the script, runs ${twice.code}`,
              cite: [citeFrame(log, traceback, twice.frame, 'first')],
            },
            ...runTrace(run, log),
          ],
          fixes: [
            rebuildImage(
              image,
              twice.call === 'uvicorn.run'
                ? 'with uvicorn.run(app, …) in place of the name of app'
                : `with ${fileName(twice.file)} started or imported, not both`,
              template.workload,
              `Let ${twice.call} take the object itself, which imports nothing, or move what is started into a file of its own; a registry of its own for each metric only hides the second run`,
            ),
            ...(twice.app === undefined
              ? []
              : [
                  changeContainer(
                    template,
                    run.container.name,
                    {
                      command: [
                        'uvicorn',
                        twice.app,
                        '--host',
                        '0.0.0.0',
                        ...(twice.port === undefined ? [] : ['--port', twice.port]),
                      ],
                    },
                    {
                      title: `Start container ${run.container.name} with uvicorn ${twice.app}`,
                      applicability: 'review',
                      change: `set the command of container ${run.container.name} to uvicorn ${twice.app}`,
                    },
                  ),
                ]),
          ],
        });
      },
    );
  },
});

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
