/** Which listener serves a host. */
import { expect, it } from 'vitest';
import { isClusterHost, servingPatterns } from './host-patterns.ts';

it('the most exact pattern serves a host, and a wildcard stands for any number of labels', () => {
  const patterns = [undefined, '*.acme.example', '*.ml.acme.example', 'Score.ml.acme.example', '*'];
  expect(servingPatterns('score.ML.acme.example', patterns)).toEqual([3]);
  expect(servingPatterns('a.b.ml.acme.example', patterns)).toEqual([2]);
  expect(servingPatterns('www.acme.example', patterns)).toEqual([1]);
  expect(servingPatterns('acme.example', patterns)).toEqual([0, 4]);
  expect(servingPatterns('acme.example', ['*.acme.example'])).toEqual([]);
  expect(servingPatterns('acme.example', [])).toEqual([]);
});

it('names of the cluster are told from those of the world', () => {
  for (const host of ['fraud', 'fraud.risk.svc', 'fraud.risk.svc.cluster.local', 'fraud.local'])
    expect(isClusterHost(host)).toBe(true);
  for (const host of ['svc.example', 'fraud.risk.example', 'my.svcs.example']) expect(isClusterHost(host)).toBe(false);
});
