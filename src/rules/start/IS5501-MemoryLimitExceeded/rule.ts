/** Cause: the kernel kills a container because it uses more memory than its limit. */
import { advice } from '../../../fixes/advice.ts';
import { changeContainer } from '../../../fixes/container-change.ts';
import { raiseInitializerMemory } from '../../../fixes/initializer-memory.ts';
import { textAt } from '../../../model/json.ts';
import { containerRuns, type ContainerRun } from '../../../views/container-runs.ts';
import { formatMemory, parseQuantity } from '../../../views/parse/quantity.ts';
import { containerOfTemplate, podTemplate } from '../../../views/pod-template.ts';
import { runTrace } from '../../../views/run-trace.ts';
import { statedMemory } from '../../../views/stated-memory.ts';
import { isStorageInitializer } from '../../../views/storage-downloads.ts';
import { initializerLimits } from '../../../views/storage-limits.ts';
import { defineRule } from '../../define.ts';

const MEBIBYTE = 1024 * 1024;

export default defineRule({
  code: 'IS5501',
  name: 'MemoryLimitExceeded',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A container uses more memory than its limit and is killed',
  appliesTo: ['Pod', 'InferenceService', 'Service.serving.knative.dev'],
  effects: ['container-killed'],
  aliases: [
    'OOMKilled',
    'oom-killed',
    'oom-killed-model-load',
    'memory-limit-too-small',
    'ExitCode137',
    'Out of memory',
    'PodOutOfMemory',
  ],
  needs: { runs: containerRuns, template: podTemplate, initializer: initializerLimits },
  messages: {
    stated: 'The memory limit of container {container} is {limit}, and by its log it needs {need}',
    limit: 'Container {container} uses more memory than its limit of {limit}',
    noLimit: 'Container {container} has no memory limit, and the kernel killed it for want of memory on node {node}',
    initializer:
      'The download of the model uses more memory than the limit of {limit} that {kind} {name} gives storage-initializer',
    suspected: 'Container {container}, whose memory limit is {limit}, was killed, and nothing says by whom',
  },
  check({ runs, template, initializer }, context) {
    if (runs.state !== 'present') return context.notApplicable('the pod is not there to be looked at');
    const run = runs.value.find((candidate) => candidate.endedBy === 'memory') ?? runs.value.find(isSuspect);
    if (!run) {
      const [ended] = runs.value.filter((candidate) => candidate.ended);
      return ended?.container.exit
        ? context.ruledOut('the container was not killed for its memory', ended.container.exit.cite)
        : context.notApplicable('no container was killed');
    }
    const { container, state } = run;
    const log = run.log.state === 'present' ? run.log.value : undefined;
    const limitText = textAt(container.spec, 'resources', 'limits', 'memory');
    const limit = limitText === undefined ? undefined : parseQuantity(limitText);
    const stated = log && limit !== undefined ? statedMemory(log, limit) : undefined;
    const wanted = Math.ceil(((stated?.bytes ?? limit ?? 0) * (stated ? 1.25 : 2)) / MEBIBYTE);
    const inTemplate = containerOfTemplate(template, container.name);
    const field =
      inTemplate?.cite('memory limit', '/resources/limits/memory') ??
      state.pod.cite('memory limit', `${container.specPointer}/resources/limits/memory`);
    const exit = container.exit?.cite ?? container.cite;
    const common = {
      subject: template.workload,
      container: container.name,
      consequence: 'It is killed whenever it reaches the limit; a restart does not change what it needs.',
      trace: log ? runTrace(run, log) : [],
      // Of a pod that is gone, the objects above it show what came of it.
      ...(run.effects.includes('object-not-reconciled') ? { effects: run.effects } : {}),
      affects: run.affects,
      fixes: [
        changeContainer(
          template,
          container.name,
          { resources: { limits: { memory: `${wanted}Mi` } } },
          {
            title: `Raise the memory limit of container ${container.name} to ${wanted}Mi`,
            applicability: 'review',
            change: `set resources.limits.memory of container ${container.name} to ${wanted}Mi, and its request to what it uses`,
          },
        ),
      ],
    };
    if (run.endedBy !== 'memory') {
      return context.found({
        message: 'suspected',
        args: { container: container.name, limit: limitText ?? 'none' },
        ...common,
        certainty: 'possible',
        basis: 'exit code 137 without OOMKilled and without a probe that failed',
        cite: [exit, field],
      });
    }
    if (limitText === undefined) {
      return context.found({
        message: 'noLimit',
        args: { container: container.name, node: state.node ?? 'unknown' },
        ...common,
        certainty: 'confirmed',
        basis: 'its status says OOMKilled',
        cite: [exit],
        fixes: [
          advice(
            template.workload,
            `Give container ${container.name} a memory request and limit`,
            'Set resources.requests.memory to what it uses at most, so that it is placed where there is room',
          ),
        ],
      });
    }
    const found = { ...common, certainty: 'confirmed' as const, basis: 'its status says OOMKilled' };
    // KServe writes this container, and its limit stands in KServe's own configuration.
    if (initializer && isStorageInitializer(container))
      return context.found({
        message: 'initializer',
        args: { limit: limitText, kind: initializer.ref.kind, name: initializer.ref.name },
        ...found,
        subject: initializer.ref,
        cite: [exit, field, ...(initializer.cite ? [initializer.cite] : [])],
        fixes: [raiseInitializerMemory(initializer, `${wanted}Mi`, template.workload)],
      });
    if (!stated)
      return context.found({
        message: 'limit',
        args: { container: container.name, limit: limitText },
        ...found,
        cite: [exit, field],
      });
    return context.found({
      message: 'stated',
      args: { container: container.name, limit: limitText, need: formatMemory(stated.bytes) },
      ...found,
      cite: [exit, field, stated.cite],
    });
  },
});

/** SIGKILL by nobody known, of a container that has a limit and no probe that kills. */
function isSuspect(run: ContainerRun): boolean {
  const { spec, exit } = run.container;
  const hasProbe = 'livenessProbe' in spec || 'startupProbe' in spec;
  return (
    run.endedBy === 'unknown' &&
    exit?.exitCode === 137 &&
    !hasProbe &&
    textAt(spec, 'resources', 'limits', 'memory') !== undefined
  );
}
