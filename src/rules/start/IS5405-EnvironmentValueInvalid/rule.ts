/** Cause: the program cannot use the value of an environment variable: a word where it needs a number. */
import { fix, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { containerEnvironment } from '../../../views/container-environment.ts';
import { containerRuns } from '../../../views/container-runs.ts';
import { judgeRuns } from '../../../views/judge-runs.ts';
import { BRIEF, quoted } from '../../../views/parse/quoted.ts';
import { citeInTemplate, podTemplate } from '../../../views/pod-template.ts';
import { citeEnding, consequenceOf, runTrace } from '../../../views/run-trace.ts';
import { listAt, numberAt } from '../../../model/json.ts';
import type { ContainerState } from '../../../views/pod-state.ts';
import { defineRule } from '../../define.ts';

/** Python, Go, Java, Rust and pydantic quote the text that is no number. */
const NUMBER: readonly RegExp[] = [
  /invalid literal for int\(\) with base \d+: '(?<value>[^']{0,200})'/,
  /could not convert string to float: '(?<value>[^']{0,200})'/,
  /strconv\.\w{1,20}: parsing "(?<value>[^"]{0,200})": invalid syntax/,
  /NumberFormatException: For input string: "(?<value>[^"]{0,200})"/,
  /unable to parse string as an? (?:integer|number).{0,80}input_value='(?<value>[^']{0,200})'/,
  /is not a valid (?:integer|number|port)[^\n]{0,40}'(?<value>[^']{0,200})'/,
  /invalid (?:int|float) value: '(?<value>[^']{0,200})'/,
];

/** Servers that name the variable and say what is wrong with it (azureml-inference-server-http `server/config.py`, pydantic's words). */
const NAMED = /^(?<variable>[A-Za-z][A-Za-z0-9_]{1,100}): (?<problem>[^\n]{1,200}) \(environment variable: /;

/** The only port that the container declares; undefined where there is none or a choice. */
function declaredPort(container: ContainerState): string | undefined {
  const ports = listAt(container.spec, 'ports').map((port) => numberAt(port, 'containerPort'));
  return ports.length === 1 && ports[0] !== undefined ? String(ports[0]) : undefined;
}

export default defineRule({
  code: 'IS5405',
  name: 'EnvironmentValueInvalid',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'An environment variable has a value that the program cannot use',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-exits', 'container-not-ready'],
  aliases: [
    'env-value-invalid',
    'invalid literal for int() with base 10',
    'could not convert string to float',
    'strconv.Atoi',
    'Configuration Error',
    'NumberFormatException',
    'ExitCode1',
  ],
  needs: { runs: containerRuns, template: podTemplate, environment: containerEnvironment },
  messages: {
    number: 'Variable {variable} of container {container} is "{value}", and the program needs a number',
    refused: 'Variable {variable} of container {container} is "{value}", which its server refuses: {problem}',
    serviceLink:
      'Variable {variable} of container {container} is {value}, set by Kubernetes for Service {service}, and no number',
  },
  check({ runs, template, environment }, context) {
    return judgeRuns(
      runs,
      context,
      { absent: 'the log tells of no value that cannot be read as a number', alsoRunning: true },
      (run, log) => {
        const named = log.ending(NAMED);
        const refused =
          environment.state !== 'present'
            ? undefined
            : environment.value.variables.find(
                ({ container, name }) => container === run.container.name && name === named?.match.groups?.['variable'],
              );
        if (named !== undefined && refused !== undefined)
          return context.found({
            message: 'refused',
            args: {
              variable: refused.name,
              container: run.container.name,
              value: quoted(refused.value, BRIEF),
              problem: quoted(named.match.groups?.['problem'] ?? '', 100),
            },
            subject: refused.configMap ?? template.workload,
            container: run.container.name,
            certainty: 'confirmed',
            basis: 'the server names the variable and what is wrong with it',
            consequence: consequenceOf(run, 'The program ends when it reads the variable, at every start.'),
            cite: [named.cite, refused.cite],
            trace: runTrace(run, log),
            effects: run.effects,
            affects: run.affects,
            fixes: [
              changeContainer(
                template,
                run.container.name,
                { env: [{ name: refused.name, value: '<VALUE>' }] },
                {
                  title: `Give ${refused.name} of container ${run.container.name} a value that the server takes`,
                  applicability: 'fill-in',
                  change: `set ${refused.name} of container ${run.container.name}, or take it out`,
                },
              ),
            ],
          });
        const hit = log.ending(...NUMBER);
        const value = hit?.match.groups?.['value'];
        if (!hit || value === undefined || environment.state !== 'present') return undefined;
        const { container } = run;
        const code = [
          log.traceback?.userFrame?.code ?? '',
          ...(log.traceback?.frames ?? []).map((frame) => frame.code ?? ''),
        ].join(' ');
        const same = environment.value.variables.filter(
          (variable) => variable.container === container.name && variable.value.trim() === value.trim(),
        );
        // Where several variables have that value, the source line of the traceback tells which one was read.
        const variable = same.find((candidate) => code.includes(candidate.name)) ?? same[0];
        const common = {
          container: container.name,
          basis: 'the exception quotes the value, and the variable has exactly that value',
          consequence: consequenceOf(run, 'The program ends when it reads the variable, at every start.'),
          trace: runTrace(run, log),
          effects: run.effects,
          affects: run.affects,
        };
        if (!variable) {
          const link = /^tcp:\/\/[\d.]{7,15}:\d{1,5}$/.test(value)
            ? (/\b([A-Z][A-Z0-9_]{0,100})_PORT\b/.exec(code)?.[1] ?? undefined)
            : undefined;
          if (link === undefined) return undefined;
          return context.found({
            message: 'serviceLink',
            args: {
              variable: `${link}_PORT`,
              container: container.name,
              value,
              service: link.toLowerCase().replaceAll('_', '-'),
            },
            subject: template.workload,
            certainty: 'likely',
            ...common,
            basis: 'the value has the form of a service link, and the source line reads that variable',
            cite: [citeEnding(log, hit)],
            fixes: [
              changeContainer(
                template,
                container.name,
                { env: [{ name: `${link}_PORT`, value: '<PORT>' }] },
                {
                  title: `Set ${link}_PORT of container ${container.name}, over the service link`,
                  applicability: 'fill-in',
                  change: `set ${link}_PORT of container ${container.name}, or enableServiceLinks: false of the pod`,
                },
              ),
            ],
          });
        }
        const number = /PORT/.test(variable.name) ? declaredPort(container) : undefined;
        return context.found({
          message: 'number',
          args: { variable: variable.name, container: container.name, value: quoted(variable.value, BRIEF) },
          subject: variable.configMap ?? template.workload,
          ...common,
          certainty: 'confirmed',
          cite: [
            citeEnding(log, hit),
            variable.configMap
              ? variable.cite
              : citeInTemplate(template, variable.pointer, variable.value, variable.cite),
          ],
          fixes: [
            variable.configMap
              ? fix({
                  title: `Give ${variable.name} a number in ConfigMap ${variable.configMap.name}`,
                  applicability: 'fill-in',
                  effect: 'Takes effect at the next start of the container.',
                  steps: [patch(variable.configMap, { data: { [variable.key ?? variable.name]: '<NUMBER>' } })],
                  undo: [patch(variable.configMap, { data: { [variable.key ?? variable.name]: variable.value } })],
                  verify: verifyWithInferscope(template.workload),
                })
              : changeContainer(
                  template,
                  container.name,
                  { env: [{ name: variable.name, value: number ?? '<NUMBER>' }] },
                  {
                    title:
                      number === undefined ? `Set ${variable.name} to a number` : `Set ${variable.name} to ${number}`,
                    applicability: number === undefined ? 'fill-in' : 'review',
                    change: `set ${variable.name} of container ${container.name} to a number`,
                  },
                ),
          ],
        });
      },
    );
  },
});
