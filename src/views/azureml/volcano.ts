/**
 * Volcano as the Azure ML extension meets it: whether the extension brings it, whose it is that is there, and how its scheduler and webhook are set up.
 * Sources: Azure/AML-Kubernetes docs/troubleshooting.md, azure-ai-docs how-to-troubleshoot-kubernetes-extension.md. It judges nothing.
 */
import type { Citation, EvidenceGap, Lookup } from '../../model/evidence.ts';
import { listAt, pointerTo, textAt, textMapAt } from '../../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../../model/reader.ts';
import { EXTENSION_NAMESPACE } from '../parse/azureml-settings.ts';
import { preflightIntent, type PreflightIntent } from '../preflight-intent.ts';
import { extensionPlan } from './extension-plan.ts';
import { volcanoPrograms, type InstalledPrograms } from './installed-programs.ts';
import { volcanoDefinitions, type ProgramDefinitions } from './program-definitions.ts';
import { programSwitchAfter } from './switch-after.ts';

export interface Volcano {
  readonly intent: PreflightIntent;
  /** Training jobs are to run; nothing else of the extension needs Volcano. A gap where that was not to be seen. */
  readonly training: boolean | EvidenceGap;
  /** The extension is to bring it. */
  readonly brought: boolean | EvidenceGap;
  /** The name under which the switch was given: it had another one. */
  readonly setting: 'installVolcano' | 'volcanoScheduler.enable';
  readonly programs: InstalledPrograms;
  readonly definitions: ProgramDefinitions;
}

export interface SchedulerConfig {
  readonly object: KubeObject;
  readonly key: string;
  readonly text: string;
  readonly cite: Citation;
}

export interface VolcanoSetup {
  /** Absent where no scheduler of others runs or its ConfigMap is not there. */
  readonly config: Lookup<SchedulerConfig> | undefined;
  /** The ConfigMap that the extension's own scheduler is to read; absent where the settings name none. */
  readonly named: { readonly name: string; readonly found: Lookup<KubeObject> } | undefined;
  /** The webhook that judges Volcano Jobs. */
  readonly jobWebhook: KubeObject | undefined;
  readonly webhooksRead: Lookup<true>;
}

/** Undefined outside preflight. */
export const volcano = defineView<Volcano | undefined>({
  id: 'volcano',
  needs: [],
  uses: [extensionPlan, volcanoPrograms, volcanoDefinitions],
  derive(context, subject) {
    const plan = context.use(extensionPlan, subject);
    if (plan === undefined) return undefined;
    const { intent } = plan;
    const programs = context.use(volcanoPrograms, subject);
    const old = 'volcanoScheduler.enable';
    const setting =
      intent.setting('installVolcano') === undefined && intent.setting(old) !== undefined ? old : 'installVolcano';
    return {
      intent,
      training: plan.trainingGap ?? plan.training,
      brought: programSwitchAfter(intent, setting, programs),
      setting,
      programs,
      definitions: context.use(volcanoDefinitions, subject),
    };
  },
});

export const volcanoSetup = defineView<VolcanoSetup>({
  id: 'volcano-setup',
  needs: ['ConfigMap', 'ValidatingWebhookConfiguration'].map((kind) => ({ type: 'object', kind }) as const),
  uses: [preflightIntent, volcanoPrograms],
  derive(context, subject) {
    const programs = context.use(volcanoPrograms, subject);
    const name = context.use(preflightIntent, subject)?.setting('volcanoScheduler.schedulerConfigMap')?.trim() ?? '';
    const scheduler = programs.all.find(({ workload }) => configPathOf(workload) !== undefined)?.workload;
    const webhooks = context.list('ValidatingWebhookConfiguration');
    return {
      config: scheduler === undefined ? undefined : configOf(context, scheduler),
      named:
        name === ''
          ? undefined
          : {
              name,
              found: context.object({ apiVersion: 'v1', kind: 'ConfigMap', namespace: EXTENSION_NAMESPACE, name }),
            },
      jobWebhook: webhooks.items.find(judgesJobs),
      webhooksRead: webhooks.complete,
    };
  },
});

/** volcano pkg/webhooks/admission/jobs/validate: path `/jobs/validate`, resource `jobs` of group `batch.volcano.sh`. */
function judgesJobs({ body }: KubeObject): boolean {
  return listAt(body, 'webhooks').some((webhook) =>
    listAt(webhook, 'rules').some(
      (rule) => listAt(rule, 'apiGroups').includes('batch.volcano.sh') && listAt(rule, 'resources').includes('jobs'),
    ),
  );
}

/** The scheduler reads a file: `--scheduler-conf=/volcano.scheduler/volcano-scheduler.conf` (volcano installer/helm/chart). */
function configPathOf(workload: KubeObject): string | undefined {
  for (const container of listAt(workload.body, 'spec', 'template', 'spec', 'containers')) {
    for (const word of [...listAt(container, 'command'), ...listAt(container, 'args')]) {
      const path = typeof word === 'string' ? /^--?scheduler-conf=(\S{1,512})$/.exec(word)?.[1] : undefined;
      if (path !== undefined) return path;
    }
  }
  return undefined;
}

function configOf(context: ViewContext, workload: KubeObject): Lookup<SchedulerConfig> | undefined {
  const path = configPathOf(workload) ?? '';
  const spec = ['spec', 'template', 'spec'] as const;
  const mount = listAt(workload.body, ...spec, 'containers')
    .flatMap((container) => listAt(container, 'volumeMounts'))
    .find((candidate) => path.startsWith(`${textAt(candidate, 'mountPath') ?? ' '}/`));
  const volume = listAt(workload.body, ...spec, 'volumes').find(
    (candidate) => textAt(candidate, 'name') === textAt(mount, 'name'),
  );
  const name = textAt(volume, 'configMap', 'name');
  if (name === undefined) return undefined;
  const found = context.object({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    ...(workload.ref.namespace === undefined ? {} : { namespace: workload.ref.namespace }),
    name,
  });
  if (found.state !== 'present') return found;
  const key = path.slice(path.lastIndexOf('/') + 1);
  const text = textMapAt(found.value.body, 'data')[key];
  const object = found.value;
  if (text === undefined) return { state: 'absent', cite: object.cite(`keys of ConfigMap ${name}`, '/data') };
  const cite = object.cite(`${key} of ConfigMap ${name}`, pointerTo('data', key));
  return { state: 'present', value: { object, key, text, cite }, cite };
}
