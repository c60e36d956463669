/** The object itself, for rules that read one object and nothing around it. Which kinds those are is said by the rules' `appliesTo`. */
import type { Lookup } from '../model/evidence.ts';
import { defineView, type KubeObject } from '../model/reader.ts';

export const kubeObject = defineView<Lookup<KubeObject>>({
  id: 'kube-object',
  // Views also ask it for objects that they met: an owner, what holds an image.
  needs: [
    { type: 'object', kind: '*' },
    { type: 'object', kind: '**' },
  ],
  derive: (context, subject) => context.object(subject),
});
