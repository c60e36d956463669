/** Cause: the program needs an environment variable that its container does not have. */
import type { Citation } from '../../../model/evidence.ts';
import { listAt } from '../../../model/json.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { containerEnvironment } from '../../../views/container-environment.ts';
import { containerRuns, type ContainerRun } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { podTemplate } from '../../../views/pod-template.ts';
import type { LogHit, RunLog } from '../../../views/run-log.ts';
import { citeEnding, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { defineRule } from '../../define.ts';

/** What programs and libraries of several languages say (pydantic-settings, environs, decouple, envconfig, dotenv, Spring). */
const MISSING: readonly RegExp[] = [
  /[Ee]nvironment variables? "?'?(?<variable>[A-Z][A-Z0-9_]{1,100})"?'? (?:is|was|must be|not|needs|has)\b/,
  /(?:[Mm]issing|[Rr]equired|[Uu]nset)(?: required)? (?:environment|env)(?: variable| var)?s?:? "?'?(?<variable>[A-Z][A-Z0-9_]{1,100})\b/,
  /UndefinedValueError: (?<variable>[A-Z][A-Z0-9_]{1,100}) not found/,
  /Could not resolve placeholder '(?<variable>[A-Z][A-Z0-9_]{1,100})' in value/,
  /required key (?<variable>[A-Z][A-Z0-9_]{1,100}) missing value/,
  /^(?:\S+ )?(?<variable>[A-Z][A-Z0-9]*_[A-Z0-9_]{1,100}) (?:is|must be) (?:required|not set|unset|set)\b/,
];

/** `KeyError: 'X'` is about a variable where it is os.environ that lacks the key: another mapping of the same line may, too. */
function keyError(log: RunLog): LogHit | undefined {
  const { traceback } = log;
  const innermost = traceback?.frames.at(-1);
  if (traceback?.exception !== 'KeyError' || innermost === undefined) return undefined;
  const hit = log.before(traceback.messageLine, 0, /KeyError: '(?<variable>\w{1,100})'/);
  if (/(?:^|\/)os\.py$|^<frozen os>$/.test(innermost.file)) return hit;
  const { code = '' } = innermost;
  const literals = [...code.matchAll(/\benviron\s{0,4}\[\s{0,4}['"](\w{1,100})['"]/g)].map((match) => match[1]);
  const isRead =
    literals.length > 0 ? literals.includes(hit?.match.groups?.['variable']) : /\benviron\s{0,4}\[/.test(code);
  return isRead ? hit : undefined;
}

/** `os.path.join(os.getenv("X"), …)`: a variable that is not set is None, which is no path. */
function noneFrom(log: RunLog): LogHit | undefined {
  const { traceback } = log;
  if (traceback?.exception !== 'TypeError' || !/NoneType/.test(traceback.message)) return undefined;
  const at = log.lines.findLastIndex(
    (line, index) => index < traceback.toLine && index >= traceback.fromLine - 1 && READ.test(line.slice(0, 4096)),
  );
  const { code } = traceback.userFrame ?? {};
  return code !== undefined && READ.test(code) && at >= 0 ? log.before(at + 1, 0, READ) : undefined;
}

/** Read without a default. */
const READ = /os\.(?:getenv|environ\.get)\(['"](?<variable>\w{1,100})['"]\)/;

export default defineRule({
  code: 'IS5406',
  name: 'EnvironmentVariableMissing',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'An environment variable that the program needs is not set',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'KeyError',
    'Field required',
    'environment variable is not set',
    'env-variable-missing',
    'UndefinedValueError',
    'AZUREML_MODEL_DIR',
    'expected str, bytes or os.PathLike object, not NoneType',
  ],
  needs: { runs: containerRuns, template: podTemplate, environment: containerEnvironment },
  messages: {
    missing: 'Container {container} lacks the environment variable {variable}, which its program needs',
    empty:
      'Container {container} takes {variable} from an optional or empty source, and its program says it is not set',
  },
  check({ runs, template, environment }, context) {
    return judgeRuns(runs, context, { absent: 'the log names no missing variable', alsoRunning: true }, (run, log) => {
      const hit = log.ending(...MISSING) ?? keyError(log) ?? noneFrom(log);
      const variable = hit?.match.groups?.['variable'];
      if (!hit || variable === undefined || environment.state !== 'present') return undefined;
      const { container } = run;
      const isNamed = environment.value.names.has(variable);
      return context.found({
        message: isNamed ? 'empty' : 'missing',
        args: { container: container.name, variable },
        subject: template.workload,
        container: container.name,
        certainty: isNamed ? 'likely' : 'confirmed',
        basis: isNamed
          ? 'the program names the variable; its value was not seen'
          : 'the program names the variable, and the container has none of that name',
        consequence: consequenceOf(run, 'The program ends when it reads the variable, at every start.'),
        cite: [citeEnding(log, hit), ...citeEnvironment(run)],
        trace: runTrace(run, log),
        effects: run.effects,
        affects: run.affects,
        fixes: [
          changeContainer(
            template,
            container.name,
            { env: [{ name: variable, value: '<VALUE>' }] },
            {
              title: `Set ${variable} for container ${container.name}`,
              applicability: 'fill-in',
              change: `give container ${container.name} the variable ${variable}, from a Secret where its value is one`,
            },
          ),
        ],
      });
    });
  },
});

/** The variables that the container has, where it has any of its own. */
function citeEnvironment({ state, container }: ContainerRun): readonly Citation[] {
  const field = ['env', 'envFrom'].find((name) => listAt(container.spec, name).length > 0);
  return field === undefined
    ? []
    : [state.pod.cite(`${field} of container ${container.name}`, `${container.specPointer}/${field}`)];
}
