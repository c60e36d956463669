/** Whether KServe is installed, and where: by its controller and by the definition of its main kind. For checks that have no object to start from. */
import type { EvidenceGap, Lookup } from '../../model/evidence.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { definitionRef } from '../installed-versions.ts';
import { platformComponent, useComponent, type PlatformComponent } from '../platform-component.ts';

export interface KserveInstallation {
  readonly controller: Lookup<PlatformComponent>;
  /** The CRD of InferenceService. */
  readonly definition: Lookup<KubeObject>;
  readonly namespace: string;
  /** `no` only where neither is there. */
  readonly installed: 'yes' | 'no' | 'unknown';
  /** Why it is unknown. */
  readonly gap?: EvidenceGap;
}

/** Derive it on `CLUSTER`. */
export const kserveInstallation = defineView<KserveInstallation>({
  id: 'kserve-installation',
  needs: [{ type: 'object', kind: 'CustomResourceDefinition' }],
  uses: [platformComponent('kserve-controller')],
  derive(context) {
    const controller = useComponent(context, 'kserve-controller');
    const definition = context.object(definitionRef('inferenceservices.serving.kserve.io'));
    const namespace =
      (controller.state === 'present' ? controller.value.workload.ref.namespace : undefined) ?? 'kserve';
    if (controller.state === 'present' || definition.state === 'present')
      return { controller, definition, namespace, installed: 'yes' };
    if (controller.state === 'absent' && definition.state === 'absent')
      return { controller, definition, namespace, installed: 'no' };
    const gap =
      definition.state === 'unknown' ? definition.gap : controller.state === 'unknown' ? controller.gap : undefined;
    return { controller, definition, namespace, installed: 'unknown', ...(gap === undefined ? {} : { gap }) };
  },
});
