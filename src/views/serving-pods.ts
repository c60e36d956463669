/** The pods below an object of the serving chain that are Ready now. */
import { defineView, type KubeObject } from '../model/reader.ts';
import { podState } from './pod-state.ts';
import { chainBelow } from './serving-chain.ts';

export const servingPods = defineView<readonly KubeObject[]>({
  id: 'serving-pods',
  needs: [],
  uses: [podState, chainBelow],
  derive: (context, subject) =>
    context.use(chainBelow, subject).flatMap((ref) => {
      const state = ref.kind === 'Pod' ? context.use(podState, ref) : undefined;
      return state?.state === 'present' && state.value.ready ? [state.value.pod] : [];
    }),
});
