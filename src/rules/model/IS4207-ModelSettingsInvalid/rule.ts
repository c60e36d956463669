/** Cause: a settings file beside the model (config.pbtxt, config.json, model-settings.json) does not fit the model or the server. */
import { advice } from '../../../fixes/advice.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { citePlace, modelDirectory, modelPlace } from '../../../views/model-place.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import { consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { standingSignal } from '../../../views/server-load.ts';
import { withoutStop } from '../../../views/signal-finding.ts';
import { endEffects, serverSource } from '../../../views/server-runs.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { defineRule } from '../../define.ts';

/** The file that each signal speaks of. */
const FILES: Readonly<Record<string, string>> = {
  'triton-configuration-invalid': 'config.pbtxt',
  'triton-backend-missing': 'config.pbtxt',
  'transformers-config-incomplete': 'config.json',
};
const SIGNALS: ReadonlySet<string> = new Set(Object.keys(FILES));

const DEFAULT_DIRECTORY = '/mnt/models';

export default defineRule({
  code: 'IS4207',
  name: 'ModelSettingsInvalid',
  stage: 'model',
  role: 'cause',
  since: '0.1.0',
  title: 'A settings file of the model does not fit the model or its server',
  appliesTo: ['Pod', 'InferenceService'],
  looksAt: 'asked',
  effects: ['container-exits', 'container-killed', 'container-not-ready', 'object-not-reconciled'],
  aliases: [
    'model-configuration-invalid',
    "unexpected 'platform' and 'backend' pair",
    'failed to read text proto from',
    'unable to find backend library for backend',
    'Should have a `model_type` key in its config.json',
  ],
  needs: { runs: containerRuns, template: podTemplate, source: serverSource },
  messages: {
    unfit: '{file} of {model} is refused by container {container}: {words}',
  },
  check({ runs, template, source }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'no server refuses the settings of a model', alsoRunning: true, alsoKilled: true },
      (run, log) => {
        const hit = standingSignal(log, SIGNALS);
        if (!hit) return undefined;
        const { container } = run;
        const from = source.state === 'present' ? source.value : undefined;
        const { groups, signal, text } = hit.match;
        const path = groups['path'] ?? modelDirectory(container, from) ?? DEFAULT_DIRECTORY;
        const place = modelPlace(container, path, from, template.workload);
        const file = FILES[signal.id] ?? 'the settings file';
        return context.found({
          message: 'unfit',
          args: {
            file,
            model: modelIn(text) ?? (place.kind === 'inSource' ? place.uri : path),
            container: container.name,
            words: quoted(groups['words'] ?? signal.meaning, BRIEF),
          },
          subject: place.subject,
          ...(place.kind === 'inSource' || place.kind === 'inImage' ? {} : { container: container.name }),
          certainty: 'confirmed',
          basis: 'the server says what it refuses in the file',
          consequence: consequenceOf(run, 'The server ends without its model, at every start.'),
          cite: [hit.cite, citePlace(run.state, container, path, from)],
          trace: runTrace(run, log),
          effects: endEffects(run),
          affects: run.affects,
          fixes: [advice(template.workload, `Correct ${file} of the model`, withoutStop(signal.fix))],
        });
      },
    );
  },
});

/** Triton names the model at the beginning of the line, the settings after it. */
function modelIn(text: string): string | undefined {
  const match = /(?:model directory|failed to load|for model|^model) '(?<model>[^']{1,200})'/.exec(text.slice(0, 2000));
  return match?.groups?.['model'] === undefined ? undefined : `model ${match.groups['model']}`;
}
