/**
 * A training job of Azure ML whose identity sidecar cannot be asked at 127.0.0.1:12342, as the status of the AmlJob, the end of a container or its log
 * tells; and whether the proxy variables leave that address out. The documented words: `137:PodPattern matched` with the container
 * `training-identity-sidecar` and that address (azure-ai-docs how-to-troubleshoot-kubernetes-compute.md).
 */
import { isAzureml } from '../../model/azureml-names.ts';
import type { Citation } from '../../model/evidence.ts';
import { listAt, textAt } from '../../model/json.ts';
import { nameWithKind } from '../../model/kinds.ts';
import { defineView, type KubeObject, type LogText, type ViewContext } from '../../model/reader.ts';
import { amlarcStatus } from './amlarc-status.ts';
import { ownerTree } from '../owner-tree.ts';
import { runLog } from '../run-log.ts';
import { quoted } from '../parse/quoted.ts';

export interface ProxiedSidecar {
  readonly object: string;
  readonly cite: Citation;
  readonly noProxy?: { readonly container: string; readonly value: string; readonly cite: Citation };
  /** Set where the proxy variables already leave the address out: then it is another trouble. */
  readonly leavesOut?: Citation;
  /** The words of the documents, whole, or the variable beside the failed call. */
  readonly sure: boolean;
}

const ADDRESS = /127\.0\.0\.1:12342/;
const SIDECAR = 'training-identity-sidecar';
const FAILS = /fail|error|refused|timed? ?out|50[234]|proxy|unreachable|EOF|reset|exception/i;
const PATTERN = /137:\s*PodPattern matched/;

export const proxiedSidecar = defineView<ProxiedSidecar | undefined>({
  id: 'azureml-proxied-sidecar',
  needs: [{ type: 'object', kind: '*' }, { type: 'object', kind: 'Pod' }, { type: 'log' }],
  uses: [ownerTree],
  derive(context, subject) {
    const found = context.object(subject);
    if (found.state !== 'present') return undefined;
    const object = found.value;
    if (isAzureml(subject)) {
      // A pod of the job that is still there shows more than the words of its status.
      const pods = context.use(ownerTree, subject).descendants.filter(({ ref }) => ref.kind === 'Pod');
      return pods.some((pod) => ofPod(context, pod)?.sure === true) ? undefined : ofJob(object);
    }
    return subject.kind === 'Pod' ? ofPod(context, object) : undefined;
  },
});

function ofJob(object: KubeObject): ProxiedSidecar | undefined {
  const said = amlarcStatus(object.body);
  if (said.state === 'ok' || !ADDRESS.test(said.text) || !FAILS.test(said.text)) return undefined;
  return {
    object: nameWithKind(object.ref),
    cite: object.cite('its status names 127.0.0.1:12342', said.pointer),
    sure: PATTERN.test(said.text) && said.text.includes(SIDECAR),
  };
}

function ofPod(context: ViewContext, pod: KubeObject): ProxiedSidecar | undefined {
  const containers = listAt(pod.body, 'spec', 'containers');
  if (!containers.some((container) => textAt(container, 'name') === SIDECAR)) return undefined;
  const words = wordsOf(context, pod);
  if (words === undefined) return undefined;
  let noProxy: ProxiedSidecar['noProxy'];
  let isProxied = false;
  for (const [index, container] of containers.entries())
    for (const [at, entry] of listAt(container, 'env').entries()) {
      const name = (textAt(entry, 'name') ?? '').toUpperCase();
      const value = textAt(entry, 'value') ?? '';
      if ((name === 'HTTP_PROXY' || name === 'HTTPS_PROXY') && value !== '') isProxied = true;
      if (name !== 'NO_PROXY') continue;
      const cite = pod.cite(
        `NO_PROXY of container ${textAt(container, 'name') ?? ''}`,
        `/spec/containers/${index}/env/${at}`,
      );
      // 127.0.0.0/8 and * count for the clients that read ranges; they are taken for leaving it out.
      if (/(?:^|[\s,])(?:127\.0\.0\.1|127\.0\.0\.0\/8|\*)(?:$|[\s,])/.test(value))
        return { object: nameWithKind(pod.ref), cite: words, leavesOut: cite, sure: false };
      noProxy ??= { container: textAt(container, 'name') ?? '', value: quoted(value, 80), cite };
    }
  return {
    object: nameWithKind(pod.ref),
    cite: words,
    ...(noProxy === undefined ? {} : { noProxy }),
    sure: noProxy !== undefined && isProxied,
  };
}

/** The end of a container that names the address, else the last line of a log that does. */
function wordsOf(context: ViewContext, pod: KubeObject): Citation | undefined {
  for (const [index, status] of listAt(pod.body, 'status', 'containerStatuses').entries())
    for (const state of ['state', 'lastState'] as const) {
      const message = textAt(status, state, 'terminated', 'message') ?? '';
      if (ADDRESS.test(message) && FAILS.test(message))
        return pod.cite(
          `last words of container ${textAt(status, 'name') ?? ''}`,
          `/status/containerStatuses/${index}/${state}/terminated/message`,
        );
    }
  if (textAt(pod.body, 'status', 'phase') === 'Succeeded') return undefined;
  for (const container of listAt(pod.body, 'spec', 'containers')) {
    const name = textAt(container, 'name') ?? '';
    const log = context.log(pod.ref, name, false);
    if (log.state !== 'present') continue;
    const line = log.value.lines.findLastIndex((text) => ADDRESS.test(text) && FAILS.test(text));
    // What it said earlier it survived.
    if (line >= 0 && isEnd(name, log.value, line))
      return log.value.cite(`log of container ${name} names 127.0.0.1:12342`, line + 1);
  }
  return undefined;
}

/** Within the end of the log, and nothing after it tells of a sidecar that answers, of work that goes on, or of another end. */
function isEnd(container: string, log: LogText, index: number): boolean {
  const { lines } = log;
  if (index < lines.length - 40) return false;
  const { traceback } = runLog({ container, lines, cite: log.cite });
  if (
    traceback !== undefined &&
    traceback.fromLine > index + 1 &&
    !/12342|proxy|connection|timed? ?out/i.test(traceback.message)
  )
    return false;
  const later = lines.slice(index + 1).filter((text) => text.trim() !== '' && !FAILS.test(text));
  return !later.some((text) => /sidecar|token|credential/i.test(text)) && later.length < MOST_LAST_WORDS;
}

/** Lines in which a program takes its leave. */
const MOST_LAST_WORDS = 10;
