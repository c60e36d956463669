/**
 * The newest lines of the log of the KServe controller that name the object under examination. Asked for only by rules whose object says nothing itself.
 */
import type { Lookup } from '../model/evidence.ts';
import { defineView } from '../model/reader.ts';
import {
  linesOf,
  platformComponent,
  useComponent,
  type ControllerLine,
  type PlatformComponent,
} from './platform-component.ts';

export interface KserveController {
  readonly component: Lookup<PlatformComponent>;
  readonly lines: Lookup<readonly ControllerLine[]>;
}

export const kserveController = defineView<KserveController>({
  id: 'kserve-controller-log',
  needs: [{ type: 'log' }, { type: 'object', kind: 'Pod' }],
  uses: [platformComponent('kserve-controller')],
  derive(context, subject) {
    const component = useComponent(context, 'kserve-controller');
    const lines: Lookup<readonly ControllerLine[]> =
      component.state === 'present'
        ? linesOf(context, component.value, {
            name: subject.name,
            ...(subject.namespace === undefined ? {} : { namespace: subject.namespace }),
          })
        : component;
    return { component, lines };
  },
});
