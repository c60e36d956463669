/** Preflight on clusters of other clouds and distributions: nothing fails on a sound one, and what is broken is told. */
import { describe, test } from 'vitest';
import { expectNone } from './expect-none.ts';
import { clusterCases, problemsOfCluster } from './preflight-cluster.ts';

const only = process.env['CLUSTER'];

describe.each(
  clusterCases()
    .filter(({ file }) => only === undefined || file.startsWith(only))
    .map((loaded) => [loaded.title, loaded] as const),
)('%s', (_, loaded) => {
  test('is judged by the truth', () => {
    expectNone(problemsOfCluster(loaded), loaded.file);
  });
});
