/**
 * Fixes that change one container of a pod template: its fields, a mounted emptyDir, one named string. Where the template cannot be patched
 * (a Job's is immutable, an operator writes it) the fix says what to change instead.
 */
import type { Fix, Step } from '../model/finding.ts';
import { kindWord, nameWithKind } from '../model/kinds.ts';
import { containerOfTemplate, pointerInTemplate, type PodTemplate } from '../views/pod-template.ts';
import { changeServedContainer } from './served-container.ts';
import { fix, kubectl, manual, patch, remade, verifyWithInferscope } from './build.ts';
import { isObject } from '../model/json.ts';

export interface ContainerChange {
  readonly title: string;
  readonly applicability: 'review' | 'fill-in';
  /** In words, for templates that cannot be patched: `set PORT of container x to a number`. */
  readonly change: string;
}

/** Changes fields of one container by a strategic merge patch. */
export function changeContainer(
  template: PodTemplate,
  container: string,
  fields: Readonly<Record<string, unknown>>,
  change: ContainerChange,
): Fix {
  const served = Object.values(fields).some(holdsList)
    ? undefined
    : changeServedContainer(template, container, fields, { title: change.title, applicability: change.applicability });
  if (served !== undefined) return served;
  const found = containerOfTemplate(template, container);
  if (!found) return inWords(template, change);
  return changePodSpec(template, { [found.list]: [{ name: container, ...fields }] }, change);
}

/** A strategic merge adds to a list what another patch would put in its place. */
function holdsList(value: unknown): boolean {
  return Array.isArray(value) || (isObject(value) && Object.values(value).some(holdsList));
}

/** Directories below which images keep programs: a volume there hides them. `/tmp`, `/cache` and the like are made for writing. */
const OF_THE_IMAGE =
  /^\/(?:(?:usr|bin|sbin|lib|lib64|etc|opt|srv|proc|sys|dev)(?:\/.*)?|app|code|src|workspace|home|root|models?|var)?$/;
const FOR_WRITING = /\/(?:\.[\w-]+|tmp|temp|caches?|logs?|run|data|outputs?|scratch|state)$/;

/** Whether an emptyDir at that path may hide what the image has there. */
function mayHide(mountPath: string): boolean {
  return OF_THE_IMAGE.test(mountPath) && !FOR_WRITING.test(mountPath);
}

/** Mounts an emptyDir at a path of one container; advice only where that would hide what the image has there. */
export function mountEmptyDir(
  template: PodTemplate,
  container: string,
  mountPath: string,
  change: ContainerChange,
): Fix {
  const found = containerOfTemplate(template, container);
  if (mayHide(mountPath)) {
    return inWords(template, {
      title: `Let container ${container} write to a directory of its own`,
      applicability: 'review',
      change: `mount an emptyDir at a new directory of container ${container} (at ${mountPath} it would hide what the image has there) and let the program write there`,
    });
  }
  if (!found) return inWords(template, change);
  const volume = volumeName(mountPath);
  const volumeMounts = [{ name: volume, mountPath }];
  return changePodSpec(
    template,
    { volumes: [{ name: volume, emptyDir: {} }], [found.list]: [{ name: container, volumeMounts }] },
    change,
  );
}

/** Changes one string of the spec, given by its pointer in the Pod. */
export function changeField(
  template: PodTemplate,
  podPointer: string,
  from: string,
  to: string,
  change: ContainerChange,
): Fix {
  const pointer = pointerInTemplate(template, podPointer, from);
  if (pointer === undefined || !template.owner?.patchable) return inWords(template, change);
  const { object, fields } = template.owner;
  const operation = (value: string): Step => patch(object.ref, [{ op: 'replace', path: pointer, value }], 'json');
  return fix({
    title: change.title,
    applicability: change.applicability,
    effect: `Rolls out new pods of ${nameWithKind(object.ref)}.`,
    steps: [operation(to)],
    undo: [operation(from)],
    verify: verifyWithInferscope(template.workload),
    owner: fields,
  });
}

function changePodSpec(template: PodTemplate, spec: Readonly<Record<string, unknown>>, change: ContainerChange): Fix {
  if (!template.owner?.patchable) return inWords(template, change);
  const { object, base, fields } = template.owner;
  const nested = [...base, 'spec'].reduceRight<unknown>((inner, step) => ({ [step]: inner }), spec);
  const name = `${kindWord(object.ref)}/${object.ref.name}`;
  return fix({
    title: change.title,
    applicability: change.applicability,
    effect: `Rolls out new pods of ${nameWithKind(object.ref)}.`,
    steps: [patch(object.ref, nested, 'strategic')],
    undo: [
      object.ref.kind === 'CronJob'
        ? manual(`Patch ${name} back to what it was.`)
        : kubectl(object.ref, ['rollout', 'undo', name], true),
    ],
    verify: verifyWithInferscope(template.workload),
    owner: fields,
  });
}

function inWords(template: PodTemplate, change: ContainerChange): Fix {
  const isJob = template.workload.kind === 'Job';
  return fix({
    title: change.title,
    applicability: 'advice',
    effect: remade(template.workload),
    steps: [
      manual(
        `In the manifest of ${nameWithKind(template.workload)}: ${change.change}${isJob ? '; then delete the Job and create it again' : ''}.`,
      ),
    ],
    verify: verifyWithInferscope(template.workload),
    owner: template.owner?.fields,
  });
}

function volumeName(mountPath: string): string {
  const words = mountPath
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  return `${words.join('-').slice(0, 50).replace(/-+$/, '') || 'writable'}-scratch`;
}
