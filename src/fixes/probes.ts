/**
 * Fixes for probes: the port, path, scheme, patience of a probe, a startup probe, and where the server listens. Values are computed from what
 * the cluster shows; what only the program's author knows stays a placeholder.
 */
import type { Fix, Step } from '../model/finding.ts';
import { at, isObject, listAt, objectAt } from '../model/json.ts';
import { nameWithKind } from '../model/kinds.ts';
import { containerPorts, type ProbeSpec } from '../views/probe-specs.ts';
import type { ContainerState } from '../views/pod-state.ts';
import type { ProbeProblem } from '../views/probe-trouble.ts';
import { containerOfTemplate, pointerInTemplate, type PodTemplate } from '../views/pod-template.ts';
import type { ServingHint } from '../views/serving-hints.ts';
import { fix, kubectl, manual, patch, remade, verifyWithInferscope } from './build.ts';
import { changeServedContainer } from './served-container.ts';
import { servedContainer } from '../views/served-container.ts';

export interface ContainerChange {
  readonly title: string;
  readonly applicability: 'review' | 'fill-in';
  /** In words, for templates that cannot be patched: `let the probe ask port 8080`. */
  readonly change: string;
}

export interface FieldChange {
  /** Below the container: `readinessProbe/httpGet/port`. */
  readonly field: string;
  readonly to: unknown;
}

/** Sets fields of one container of the template; the undo sets what was seen there. */
function setFields(
  template: PodTemplate,
  container: string,
  changes: readonly FieldChange[],
  change: ContainerChange,
): Fix {
  const found = containerOfTemplate(template, container);
  if (!found || !template.owner?.patchable) return inWords(template, change);
  const { object, fields } = template.owner;
  const steps = changes.map(({ field, to }) => {
    const path = `${found.pointer}/${field}`;
    const from = at(found.spec, ...field.split('/').map((step) => (/^\d+$/.test(step) ? Number(step) : step)));
    return { path, from, to };
  });
  const operations = steps.map(({ path, from, to }) => ({
    op: from === undefined ? 'add' : 'replace',
    path,
    value: to,
  }));
  const back = steps
    .map(({ path, from }) => (from === undefined ? { op: 'remove', path } : { op: 'replace', path, value: from }))
    .toReversed();
  return fix({
    title: change.title,
    applicability: change.applicability,
    effect: `Rolls out new pods of ${nameWithKind(object.ref)}.`,
    steps: [patch(object.ref, operations, 'json')],
    undo: [patch(object.ref, back, 'json')],
    verify: verifyWithInferscope(template.workload),
    owner: fields,
  });
}

/** For a probe that asks a port by a name which its container does not declare. */
export function nameThePort(container: ContainerState, template: PodTemplate, spec: ProbeSpec): Fix {
  const ports = containerPorts(container).filter((port) => port.protocol === 'TCP');
  const [only] = ports;
  const sure = only !== undefined && ports.length === 1;
  const to = !sure ? '<PORT>' : only.name === '' ? only.port : only.name;
  return setFields(template, container.name, [{ field: spec.portField ?? '', to }], {
    title: `Let the ${spec.kind} probe of container ${container.name} ask ${sure ? `port ${to}` : 'a port that it declares'}`,
    applicability: sure ? 'review' : 'fill-in',
    change: `let its ${spec.kind} probe ask ${sure ? `port ${to}` : 'a port that the container declares'}`,
  });
}

/** Lets every probe of the container that asks `asked` ask `listens`, and declares that port where the other one was declared. */
export function probeThePort(
  problem: ProbeProblem,
  template: PodTemplate,
  asked: number,
  listens: number,
): readonly Fix[] {
  const { container, specs } = problem;
  const wrong = specs.filter((spec) => spec.port === asked && spec.portField !== undefined);
  const ports = containerPorts(container);
  const askedIndex = ports.findIndex((port) => port.port === asked);
  const declaresListening = ports.some((port) => port.port === listens);
  // A probe by name follows the container port that it names.
  const direct = wrong.filter((spec) => spec.portName === undefined || declaresListening);
  const changes: FieldChange[] = direct.map((spec) => ({ field: spec.portField ?? '', to: listens }));
  if (!declaresListening && askedIndex >= 0) changes.push({ field: `ports/${askedIndex}/containerPort`, to: listens });
  const names = wrong.map((spec) => spec.kind).join(' and ');
  const moveProbe = setFields(template, container.name, changes, {
    title: `Point the ${names} probe of container ${container.name} at port ${listens}`,
    applicability: 'review',
    change: `let the ${names} probe of container ${container.name} ask port ${listens}${declaresListening || askedIndex < 0 ? '' : `, and declare containerPort ${listens} instead of ${asked}`}; a Service with the numeric targetPort ${asked} needs ${listens} as well`,
  });
  const hint = problem.hints.find((candidate) => candidate.what === 'port' && candidate.value === String(listens));
  if (hint === undefined || askedIndex < 0) return [moveProbe];
  const moveServer = changeHint(problem, template, hint, String(asked), {
    title: `Let the server listen on port ${asked} again${hint.variable === undefined ? '' : ` (${hint.variable}=${asked})`}`,
    applicability: 'review',
    change: `${hint.variable ?? hint.label} is to name port ${asked}`,
  });
  return [moveServer, moveProbe];
}

/** Lets the server listen on all addresses. */
export function listenEverywhere(problem: ProbeProblem, template: PodTemplate, hint: ServingHint | undefined): Fix {
  const name = problem.container.name;
  if (hint !== undefined) {
    return changeHint(problem, template, hint, '0.0.0.0', {
      title: `Let container ${name} listen on 0.0.0.0 instead of ${hint.value}`,
      applicability: 'review',
      change: `${hint.label} is to name 0.0.0.0`,
    });
  }
  return fix({
    title: `Let container ${name} listen on all addresses`,
    applicability: 'advice',
    effect: remade(template.workload),
    steps: [
      manual(
        'Start the server with the host 0.0.0.0 (uvicorn --host 0.0.0.0, gunicorn --bind 0.0.0.0:PORT, app.run(host="0.0.0.0")).',
      ),
    ],
    verify: verifyWithInferscope(template.workload),
    owner: template.owner?.fields,
  });
}

function changeHint(
  problem: ProbeProblem,
  template: PodTemplate,
  hint: ServingHint,
  value: string,
  change: ContainerChange,
): Fix {
  const pointer = pointerInTemplate(template, hint.pointer, hint.text);
  const container = containerOfTemplate(template, problem.container.name);
  if (pointer === undefined || container === undefined || !pointer.startsWith(`${container.pointer}/`))
    return inWords(template, change);
  const field = pointer.slice(container.pointer.length + 1);
  return setFields(template, problem.container.name, [{ field, to: hint.text.replace(hint.value, value) }], change);
}

/** A path that the server answers; `<PATH>` where none is known. */
export function probeThePath(
  problem: ProbeProblem,
  template: PodTemplate,
  spec: ProbeSpec,
  path: string | undefined,
): Fix {
  const name = problem.container.name;
  return setFields(template, name, [{ field: `${spec.kind}Probe/httpGet/path`, to: path ?? '<PATH>' }], {
    title:
      path === undefined
        ? `Let the ${spec.kind} probe of container ${name} ask a path that the server has`
        : `Let the ${spec.kind} probe of container ${name} ask ${path}`,
    applicability: path === undefined ? 'fill-in' : 'review',
    change: `let the ${spec.kind} probe of container ${name} ask ${path ?? 'a path that the server has'} instead of ${spec.path ?? '/'}`,
  });
}

export function probeTheScheme(
  problem: ProbeProblem,
  template: PodTemplate,
  spec: ProbeSpec,
  scheme: 'HTTP' | 'HTTPS',
): Fix {
  const name = problem.container.name;
  return setFields(template, name, [{ field: `${spec.kind}Probe/httpGet/scheme`, to: scheme }], {
    title: `Let the ${spec.kind} probe of container ${name} speak ${scheme}`,
    applicability: 'review',
    change: `set scheme: ${scheme} in the ${spec.kind} probe of container ${name}`,
  });
}

export function waitLonger(problem: ProbeProblem, template: PodTemplate, spec: ProbeSpec, seconds: number): Fix {
  const name = problem.container.name;
  return setFields(template, name, [{ field: `${spec.kind}Probe/timeoutSeconds`, to: seconds }], {
    title: `Give the ${spec.kind} probe of container ${name} ${seconds} s instead of ${spec.timeoutSeconds} s`,
    applicability: 'review',
    change: `set timeoutSeconds: ${seconds} in the ${spec.kind} probe of container ${name}`,
  });
}

/** A startup probe that asks what the failing probe asks and allows for `seconds`; a longer threshold where there is one already. */
export function allowTheStart(problem: ProbeProblem, template: PodTemplate, spec: ProbeSpec, seconds: number): Fix {
  const name = problem.container.name;
  const failureThreshold = Math.max(spec.failureThreshold, Math.ceil(seconds / spec.periodSeconds));
  const allowed = spec.initialDelaySeconds + failureThreshold * spec.periodSeconds;
  if (spec.kind === 'startup') {
    return setFields(template, name, [{ field: 'startupProbe/failureThreshold', to: failureThreshold }], {
      title: `Let the startup probe of container ${name} wait ${allowed} s instead of ${spec.allowedSeconds} s`,
      applicability: 'review',
      change: `set failureThreshold: ${failureThreshold} in the startup probe of container ${name}`,
    });
  }
  const handler = Object.fromEntries(
    ['httpGet', 'tcpSocket', 'grpc', 'exec'].flatMap((field) => {
      const value = at(problem.container.spec, `${spec.kind}Probe`, field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const startup = {
    ...handler,
    periodSeconds: 10,
    failureThreshold: Math.ceil(seconds / 10),
    timeoutSeconds: spec.timeoutSeconds,
  };
  return setFields(template, name, [{ field: 'startupProbe', to: startup }], {
    title: `Add a startup probe to container ${name} that allows ${startup.failureThreshold * 10} s`,
    applicability: 'review',
    change: `add a startupProbe to container ${name} that asks what the ${spec.kind} probe asks, with periodSeconds: 10 and failureThreshold: ${startup.failureThreshold}`,
  });
}

/** What the server itself offers, for a person who looks for the right path. */
export function listRoutes(pod: { readonly namespace?: string; readonly name: string }, port: number): Step {
  const path = `/api/v1/namespaces/${pod.namespace ?? 'default'}/pods/${pod.name}:${port}/proxy/openapi.json`;
  return kubectl({}, ['get', '--raw', path], false);
}

function inWords(template: PodTemplate, change: ContainerChange): Fix {
  return fix({
    title: change.title,
    applicability: 'advice',
    effect: remade(template.workload),
    steps: [manual(`In the manifest of ${nameWithKind(template.workload)}: ${change.change}.`)],
    verify: verifyWithInferscope(template.workload),
    owner: template.owner?.fields,
  });
}

/** Opens the probe's path, or lets the probe ask only whether the port accepts connections. */
export function openToProbe(problem: ProbeProblem, template: PodTemplate, spec: ProbeSpec): Fix {
  const name = problem.container.name;
  return fix({
    title: `Let the ${spec.kind} probe of container ${name} ask a path that needs no credentials`,
    applicability: 'advice',
    effect: remade(template.workload),
    steps: [
      manual(
        `Exempt ${spec.path ?? '/'} from authentication in the server, or let the probe ask a path that is exempt.`,
      ),
      manual(
        'Where neither can be done: replace httpGet by tcpSocket, which only asks whether the port accepts connections.',
      ),
    ],
    verify: verifyWithInferscope(template.workload),
    owner: template.owner?.fields,
  });
}

/** Asks only whether the port accepts connections. */
export function useTcpProbe(problem: ProbeProblem, template: PodTemplate, spec: ProbeSpec): Fix {
  const name = problem.container.name;
  const { grpc: _grpc, ...rest } = objectAt(problem.container.spec, `${spec.kind}Probe`) ?? {};
  return setFields(template, name, [{ field: `${spec.kind}Probe`, to: { ...rest, tcpSocket: { port: spec.port } } }], {
    title: `Let the ${spec.kind} probe of container ${name} ask port ${spec.port ?? '?'} by TCP`,
    applicability: 'review',
    change: `replace grpc by tcpSocket in the ${spec.kind} probe of container ${name}, or register grpc.health.v1.Health in the server`,
  });
}

/** Runs the probe's command by hand, then corrects it. */
export function correctCommand(
  problem: ProbeProblem,
  template: PodTemplate,
  spec: ProbeSpec,
  pod: { readonly namespace?: string; readonly name: string },
): Fix {
  const name = problem.container.name;
  return fix({
    title: `Correct the command of the ${spec.kind} probe of container ${name}`,
    applicability: 'advice',
    effect: remade(template.workload),
    steps: [
      kubectl(pod, ['exec', pod.name, '-c', name, '--', ...spec.command], false),
      manual(
        'Let the probe run a program that the image has, or ask the server by httpGet, grpc or tcpSocket, which need none.',
      ),
    ],
    verify: verifyWithInferscope(template.workload),
    owner: template.owner?.fields,
  });
}

/** Knative and KServe take the port to ask from the first containerPort of the server's container. */
export function declareServedPort(
  container: ContainerState,
  template: PodTemplate,
  asked: number,
  listens: number,
): Fix {
  const [declared, ...more] = listAt(servedContainer(template, container.name)?.spec, 'ports');
  const ports = [{ ...(isObject(declared) ? declared : { protocol: 'TCP' }), containerPort: listens }];
  const served =
    more.length > 0
      ? undefined
      : changeServedContainer(
          template,
          container.name,
          { ports },
          { title: `Declare containerPort ${listens} in ${nameWithKind(template.workload)}`, applicability: 'review' },
        );
  if (served !== undefined) return served;
  return fix({
    title: `Declare containerPort ${listens}, or let the server listen on ${asked}`,
    applicability: 'advice',
    effect: `${nameWithKind(template.workload)} makes a new revision.`,
    steps: [
      manual(
        `In ${nameWithKind(template.workload)}, container ${container.name}: set ports to [{"containerPort": ${listens}, "protocol": "TCP"}] (KServe: under spec.predictor.containers).`,
      ),
      manual(`Or start the server with port ${asked}, which queue-proxy asks and gives to the container as PORT.`),
    ],
    verify: verifyWithInferscope(template.workload),
    owner: template.owner?.fields,
  });
}
