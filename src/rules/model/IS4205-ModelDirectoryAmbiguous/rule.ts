/** Cause: the directory of the model holds several model files where the server takes exactly one. */
import { advice } from '../../../fixes/advice.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { citePlace, modelDirectory, modelPlace } from '../../../views/model-place.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { citeException, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { standingSignal } from '../../../views/server-load.ts';
import { serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';
import { nameWithKind } from '../../../model/kinds.ts';

const SIGNALS: ReadonlySet<string> = new Set(['kserve-several-model-files']);

/** Where KServe puts every model (kserve pkg/constants `DefaultModelLocalMountPath`). */
const DEFAULT_DIRECTORY = '/mnt/models';

/** The paths in a list as Python prints it: `[PosixPath('/mnt/models/a.pkl'), …]`, `['/mnt/models/a.pkl', …]`. */
function filesIn(list: string | undefined): readonly string[] {
  return [...(list ?? '').matchAll(/'(\/[^']{1,400})'/g)].map((match) => match[1] ?? '').sort();
}

export default defineRule({
  code: 'IS4205',
  name: 'ModelDirectoryAmbiguous',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'The directory of the model holds several model files',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-directory-has-several-models',
    'More than one model file is detected',
    'Only one is allowed within model_dir',
    'More than one .pdmodel model file',
  ],
  needs: { runs: containerRuns, template: podTemplate, source: serverSource },
  messages: {
    named: '{origin} holds {count} model files, {files}, where container {container} takes exactly one',
    several: '{origin} holds more than one model file, where container {container} takes exactly one',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no second model file', alsoRunning: true },
      (run, log) => {
        const hit = standingSignal(log, SIGNALS);
        if (!hit) return undefined;
        const { container } = run;
        const files = filesIn(hit.match.groups['files']);
        const from = source.state === 'present' ? source.value : undefined;
        const path = files[0] ?? modelDirectory(container, from) ?? DEFAULT_DIRECTORY;
        const directory = path.replace(/(.)\/[^/]*\.[^/]*$/, '$1');
        const place = modelPlace(container, path, from, template.workload);
        const origin = place.kind === 'inSource' ? place.uri : directory;
        const names = files.map((file) => file.slice(file.lastIndexOf('/') + 1));
        const stored = (from?.objects ?? []).filter((object) => names.some((name) => object.uri.endsWith(`/${name}`)));
        const { traceback } = log;
        const isAtEnd = traceback !== undefined && traceback.messageLine === hit.match.line;
        const common = {
          subject: place.subject,
          ...(place.kind === 'inSource' || place.kind === 'inImage' ? {} : { container: container.name }),
          certainty: 'confirmed' as const,
          basis: 'the server names the files that it found',
          consequence: consequenceOf(run, 'The server cannot choose and ends, at every start.'),
          cite: [
            isAtEnd ? citeException(log, traceback) : hit.cite,
            ...(stored.length > 0
              ? stored.slice(0, 3).map((object) => object.cite)
              : [citePlace(run.state, container, path, from)]),
          ] as const,
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
          fixes: [
            advice(
              template.workload,
              `Leave one model file in ${origin}`,
              `Move every model file but the wanted one out of ${origin}, and delete the pod so that the download starts anew`,
            ),
            ...(place.kind === 'inSource'
              ? [
                  advice(
                    template.workload,
                    'Point storageUri to a directory with one model file',
                    `In ${nameWithKind(template.workload)}, set storageUri to such a directory, or back to the one that served before`,
                  ),
                ]
              : []),
          ],
        };
        if (names.length < 2)
          return context.found({ message: 'several', args: { origin, container: container.name }, ...common });
        return context.found({
          message: 'named',
          args: {
            origin,
            count: names.length,
            files: quoted(names.join(' and '), BRIEF),
            container: container.name,
          },
          ...common,
        });
      },
    );
  },
});
