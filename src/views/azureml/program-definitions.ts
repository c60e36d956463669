/** CustomResourceDefinitions that the Azure ML extension brings along and others bring, too; whose they are tells `helm-owner.ts`. */
import type { Lookup } from '../../model/evidence.ts';
import { defineView, type KubeObject } from '../../model/reader.ts';
import { definitionRef } from '../installed-versions.ts';
import { byName } from '../parse/by-name.ts';

export interface ProgramDefinitions {
  /** The one by which the program is known. */
  readonly main: Lookup<KubeObject>;
  /** All of its API groups that were seen. */
  readonly all: readonly KubeObject[];
}

function definitionsOf(id: string, main: string, suffix: string): ReturnType<typeof defineView<ProgramDefinitions>> {
  return defineView({
    id: `${id}-definitions`,
    needs: [{ type: 'object', kind: 'CustomResourceDefinition' }],
    derive: (context) => ({
      main: context.object(definitionRef(main)),
      all: byName(context.list('CustomResourceDefinition').items).filter(({ ref }) => ref.name.endsWith(suffix)),
    }),
  });
}

export const prometheusDefinitions = definitionsOf(
  'prometheus',
  'prometheuses.monitoring.coreos.com',
  '.monitoring.coreos.com',
);
export const volcanoDefinitions = definitionsOf('volcano', 'jobs.batch.volcano.sh', '.volcano.sh');
