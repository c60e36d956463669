/**
 * The inside of a revision that is scaled to zero: the first request starts the pod, and the Revision says what it will hold.
 */
import { listAt, numberAt, textAt } from '../../model/json.ts';
import type { KubeObject } from '../../model/reader.ts';
import type { ModelRequest } from './model-hop.ts';
import { modelPath } from './model-server.ts';
import { fact, failing, passing, type Hop } from './path-types.ts';

/** A revision without pods: nothing to look at but its own words. */
export function sleepingHops(revision: KubeObject | undefined, request: ModelRequest): readonly Hop[] {
  const container = listAt(revision?.body, 'spec', 'containers')[0];
  const name = textAt(container, 'name') ?? 'container';
  const words = listAt(container, 'args').map((word) => (typeof word === 'string' ? word : ''));
  const model = words
    .map((word) => /^--model[_-]name=(.{1,200})$/.exec(word)?.[1])
    .find((found) => found !== undefined);
  const asked = modelPath(request.path);
  const object = revision === undefined ? {} : { object: revision.ref };
  const cite = revision === undefined ? [] : [revision.cite('its containers', '/spec/containers')];
  const timeout = numberAt(revision?.body, 'spec', 'timeoutSeconds');
  const hops: Hop[] = [
    passing({
      id: 'queue-proxy',
      title: 'queue-proxy',
      ...object,
      says: 'Starts with the pod that the first request wakes',
      facts: fact('timeout', timeout === undefined ? undefined : `${timeout} s, the start of the pod included`),
    }),
    passing({
      id: 'container',
      title: name,
      ...object,
      says: 'Starts with the pod that the first request wakes',
      citations: cite,
    }),
  ];
  if (model === undefined || asked.model === undefined || model === asked.model)
    return [
      ...hops,
      passing({
        id: 'model',
        title: 'model',
        ...object,
        says: 'It is loaded when the pod starts',
      }),
    ];
  return [
    ...hops,
    failing({
      id: 'model',
      title: 'model',
      ...object,
      says: `The path names the model ${asked.model}; the server is started with --model_name=${model}`,
      citations: cite,
      answer: { status: 404, flag: '-', words: `Model with name ${asked.model} does not exist.` },
      todo: `Call ${request.path.replace(asked.model, model)}`,
    }),
  ];
}
