import { describe, expect, test } from 'vitest';
import { InferscopeProblem } from '../collect/problem.ts';
import { buildSnapshot } from '../testing/snapshot-builder.ts';
import {
  namesakeInCluster,
  notFound,
  parseObjects,
  referenceInSnapshot,
  referenceOf,
  remainsInCluster,
} from './objects.ts';

/** What a person reads when the words are not understood. */
function problemOf(action: () => unknown): InferscopeProblem {
  try {
    action();
  } catch (error) {
    if (error instanceof InferscopeProblem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function parsed(...words: string[]): readonly string[] {
  return parseObjects(words).map(
    ({ info, name }) => `${info.kind}${info.group === '' ? '' : `.${info.group}`}/${name}`,
  );
}

describe('what kubectl takes', () => {
  test.each([
    [['deploy/scorer'], ['Deployment.apps/scorer']],
    [['Deployment/scorer'], ['Deployment.apps/scorer']],
    [['deployments.apps/scorer'], ['Deployment.apps/scorer']],
    [['deployments.v1.apps/scorer'], ['Deployment.apps/scorer']],
    [
      ['po/a', 'svc/b'],
      ['Pod/a', 'Service/b'],
    ],
    [
      ['pods', 'a', 'b'],
      ['Pod/a', 'Pod/b'],
    ],
    [
      ['deploy/a', 'pods', 'b', 'c'],
      ['Deployment.apps/a', 'Pod/b', 'Pod/c'],
    ],
    [['service.serving.knative.dev/iris'], ['Service.serving.knative.dev/iris']],
    [['ksvc/iris'], ['Service.serving.knative.dev/iris']],
    [['isvc', 'iris'], ['InferenceService.serving.kserve.io/iris']],
    [['pvc/weights.v2'], ['PersistentVolumeClaim/weights.v2']],
    [[], []],
  ])('%j', (words, objects) => {
    expect(parsed(...words)).toEqual(objects);
  });
});

describe('words that mean nothing', () => {
  test('a misspelt kind is answered with the nearest', () => {
    const problem = problemOf(() => parseObjects(['deploymnet/scorer']));
    expect(problem.code).toBe('IS0020');
    expect(problem.todo[0]).toContain('deployment');
  });
  test('a kind like none is answered with where kinds are listed', () => {
    expect(problemOf(() => parseObjects(['zzzzzzzzzzzz/scorer'])).todo[0]).toContain('kubectl api-resources');
  });
  test('a name without a kind', () => {
    const problem = problemOf(() => parseObjects(['scorer']));
    expect(problem.code).toBe('IS0023');
    expect(problem.todo[0]).toContain('deploy/scorer');
  });
  test('a kind without a name', () => {
    for (const word of ['deploy', 'deploy/']) {
      const problem = problemOf(() => parseObjects([word]));
      expect(problem.code).toBe('IS0023');
      expect(problem.todo[0]).toContain('deploy/NAME');
    }
  });
  test.each(['', '/', '/scorer', 'deploy/a/b', 'a b'])('%j is no object', (word) => {
    expect(problemOf(() => parseObjects([word])).code).toBe('IS0023');
  });
});

test('an object without a namespace gets none', () => {
  const [node] = parseObjects(['node/gpu-1']);
  const [pod] = parseObjects(['pod/a']);
  if (!node || !pod) throw new Error('not parsed');
  expect(referenceOf(node, 'models')).toEqual({ apiVersion: 'v1', kind: 'Node', name: 'gpu-1' });
  expect(referenceOf(pod, 'models')).toEqual({ apiVersion: 'v1', kind: 'Pod', name: 'a', namespace: 'models' });
});

describe('in a capture', () => {
  const snapshot = buildSnapshot({
    objects: [
      { kind: 'Deployment', metadata: { name: 'scorer' } },
      { kind: 'Deployment', metadata: { name: 'scorer-canary' } },
      { kind: 'Deployment', metadata: { name: 'twice', namespace: 'a' } },
      { kind: 'Deployment', metadata: { name: 'twice', namespace: 'b' } },
      { kind: 'Node', metadata: { name: 'gpu-1' } },
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'iris' } },
    ],
  });
  const find = (word: string, namespace?: string): ReturnType<typeof referenceInSnapshot> => {
    const [asked] = parseObjects([word]);
    if (!asked) throw new Error('not parsed');
    return referenceInSnapshot(asked, namespace, snapshot);
  };

  test('by its name alone where it is the only one', () => {
    expect(find('deploy/scorer')).toMatchObject({ kind: 'Deployment', name: 'scorer', namespace: 'models' });
  });
  test('the namespace decides between namesakes', () => {
    expect(find('deploy/twice', 'b').namespace).toBe('b');
    const problem = problemOf(() => find('deploy/twice'));
    expect(problem.code).toBe('IS0021');
    expect(problem.found).toContain('a, b');
  });
  test('objects without a namespace are found whatever namespace is named', () => {
    expect(find('node/gpu-1', 'models').name).toBe('gpu-1');
  });
  test('a namesake of another group is another object', () => {
    expect(find('ksvc/iris').apiVersion).toBe('serving.knative.dev/v1');
    expect(problemOf(() => find('svc/iris')).code).toBe('IS0021');
  });
  test('near names are offered, and where else the same name is', () => {
    expect(problemOf(() => find('deploy/scoer')).todo[0]).toContain('deploy/scorer');
    expect(problemOf(() => find('deploy/scorer', 'other')).todo[0]).toContain('add -n models');
  });
  test('what was refused when it was applied may be asked for', () => {
    const text = 'Error from server: deployments.apps "refused" is forbidden';
    const refusing = buildSnapshot({ outputs: [{ command: 'kubectl apply', text }] });
    const [asked] = parseObjects(['deploy/refused']);
    if (!asked) throw new Error('not parsed');
    expect(referenceInSnapshot(asked, 'models', refusing)).toMatchObject({ name: 'refused', namespace: 'models' });
  });
});

describe('generations of KServe', () => {
  const kubeflow = buildSnapshot({
    objects: [
      { apiVersion: 'serving.kubeflow.org/v1alpha2', kind: 'InferenceService', metadata: { name: 'iris' } },
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'gone-predictor-default' } },
      { apiVersion: 'networking.istio.io/v1beta1', kind: 'Gateway', metadata: { name: 'edge' } },
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'alone' } },
    ],
  });
  const find = (word: string, namespace?: string): ReturnType<typeof referenceInSnapshot> => {
    const [asked] = parseObjects([word]);
    if (!asked) throw new Error('not parsed');
    return referenceInSnapshot(asked, namespace, kubeflow);
  };

  test('a written group is respected, and the group that has the name is told', () => {
    const problem = problemOf(() => find('inferenceservices.serving.kserve.io/iris', 'models'));
    expect(problem.code).toBe('IS0021');
    expect(problem.found).toContain('InferenceService iris of serving.kubeflow.org is there');
  });

  test('a bare word means the kind that there is', () => {
    expect(find('isvc/iris', 'models').apiVersion).toBe('serving.kubeflow.org/v1alpha2');
    expect(find('gateway/edge').apiVersion).toBe('networking.istio.io/v1beta1');
  });
  test('a written group is meant', () => {
    expect(find('inferenceservice.serving.kubeflow.org/iris').name).toBe('iris');
    expect(problemOf(() => find('inferenceservice.serving.kserve.io/iris')).code).toBe('IS0021');
  });
  test('a Service is never Knative’s', () => {
    expect(problemOf(() => find('svc/alone')).code).toBe('IS0021');
  });
  test('where it is gone, and what it made is there, that is said', () => {
    const problem = problemOf(() => find('isvc/gone', 'models'));
    expect(problem.found).toContain('but Knative Service gone-predictor-default is there');
    expect(problem.todo.join()).toContain('inferscope ksvc/gone-predictor-default -n models');
  });
  test('where it is in another namespace, that is said', () => {
    const problem = problemOf(() => find('isvc/iris', 'other'));
    expect(problem.todo[0]).toContain('add -n models');
    expect(problem.found).toContain('in models');
  });
});

test('where there is none at all, it says so', () => {
  const [asked] = parseObjects(['job/train']);
  if (!asked) throw new Error('not parsed');
  expect(notFound(asked, 'models', [], 'a cluster').found).toBe('there is no Job at all');
});

describe('in a cluster', () => {
  const port = (...there: readonly string[]): Parameters<typeof namesakeInCluster>[2] => ({
    get: ({ info, name }) =>
      Promise.resolve(
        there.includes(`${info.kind}.${info.group}/${name}`)
          ? { state: 'ok', value: {} }
          : { state: 'not-found', message: 'not found' },
      ),
  });
  const [isvc] = parseObjects(['isvc/iris']);
  if (!isvc) throw new Error('not parsed');

  test('the namesake of another group is found', async () => {
    const other = await namesakeInCluster(isvc, 'models', port('InferenceService.serving.kubeflow.org/iris'));
    expect(other?.info.group).toBe('serving.kubeflow.org');
    expect(await namesakeInCluster(isvc, 'models', port())).toBeUndefined();
  });
  test('what is left of it is found', async () => {
    const left = await remainsInCluster(isvc, 'models', port('Deployment.apps/iris-predictor'));
    expect(left).toMatchObject([{ kind: 'Deployment', name: 'iris-predictor', namespace: 'models' }]);
    expect(notFound(isvc, 'models', [], 'cluster x', left).found).toBe(
      'there is no InferenceService at all, but Deployment iris-predictor is there',
    );
  });
});
