/**
 * The controller of a serving resource that lacks its attention: whether it runs, what its pods say, and what its log says of the object. Derived
 * only where the resource itself is silent, so that logs of controllers are asked for only then.
 */
import type { Citation, Lookup } from '../model/evidence.ts';
import { listAt, objectAt, textAt, textMapAt } from '../model/json.ts';
import { defineView, type KubeObject, type ViewContext } from '../model/reader.ts';
import {
  ALL_COMPONENTS,
  linesOf,
  useComponent,
  type ControllerLine,
  type PlatformComponent,
} from './platform-component.ts';
import { matchesSelector } from './parse/selector.ts';
import { servingAttention, type ServingAttention } from './serving-attention.ts';

export interface AttendingController {
  readonly attention: ServingAttention;
  readonly component: Lookup<PlatformComponent>;
  /** What holds its pods up, where it is down and they were seen: `CrashLoopBackOff`, `ImagePullBackOff`. */
  readonly trouble?: { readonly text: string; readonly cite: Citation };
  /** Lines of its log that name the object; only where it runs. */
  readonly lines?: Lookup<readonly ControllerLine[]>;
}

/** Undefined where the controller has done its work on the object, or the object is not there to be judged. */
export const attendingController = defineView<AttendingController | undefined>({
  id: 'attending-controller',
  needs: [{ type: 'log' }, { type: 'object', kind: 'Pod' }],
  uses: [servingAttention, ...ALL_COMPONENTS],
  derive(context, subject) {
    const found = context.use(servingAttention, subject);
    if (found.state !== 'present' || found.value.lack === undefined) return undefined;
    const attention = found.value;
    const component = useComponent(context, attention.controller);
    if (component.state !== 'present') return { attention, component };
    if (component.value.down) {
      const trouble = troubleOf(context, component.value);
      return { attention, component, ...(trouble === undefined ? {} : { trouble }) };
    }
    return { attention, component, lines: linesOf(context, component.value, subject) };
  },
});

function podsOf(context: ViewContext, { workload }: PlatformComponent): readonly KubeObject[] {
  const selector = objectAt(workload.body, 'spec', 'selector') ?? {};
  const scope = workload.ref.namespace === undefined ? {} : { namespace: workload.ref.namespace };
  return context
    .list('Pod', scope)
    .items.filter((pod) => matchesSelector(selector, textMapAt(pod.body, 'metadata', 'labels')));
}

function troubleOf(context: ViewContext, component: PlatformComponent): AttendingController['trouble'] {
  for (const pod of podsOf(context, component)) {
    for (const [index, status] of listAt(pod.body, 'status', 'containerStatuses').entries()) {
      const reason = textAt(status, 'state', 'waiting', 'reason') ?? textAt(status, 'state', 'terminated', 'reason');
      if (reason === undefined) continue;
      const name = textAt(status, 'name') ?? '';
      return {
        text: `container ${name} of Pod ${pod.ref.name} is in state ${reason}`,
        cite: pod.cite(`container ${name}`, `/status/containerStatuses/${index}`),
      };
    }
    if (textAt(pod.body, 'status', 'phase') === 'Pending')
      return {
        text: `Pod ${pod.ref.name} is Pending`,
        cite: pod.cite(`phase of Pod ${pod.ref.name}`, '/status/phase'),
      };
  }
  return undefined;
}
