import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNames } from './nearest-name.ts';

describe('nearestNames', () => {
  it('finds what was meant, nearest first', () => {
    expect(nearestNames('model_path', ['model-path', 'model-name', 'log-level'])[0]).toBe('model-path');
    expect(nearestNames('scoring-rules', ['scoring-rule', 'scoring_rules', 'ca-bundle'])).toEqual([
      'scoring_rules',
      'scoring-rule',
    ]);
    expect(nearestNames('recieve', ['receive', 'deliver'])).toEqual(['receive']);
    expect(nearestNames('feast-redis-connection-string', ['redis-connection-string', 'feast-url'])).toEqual([
      'redis-connection-string',
    ]);
    expect(nearestNames('MODEL.PATH', ['model-path'])).toEqual(['model-path']);
  });

  it('offers nothing implausible', () => {
    expect(nearestNames('model-path', ['ca.crt', 'kube-root-ca.crt', 'x'])).toEqual([]);
    expect(nearestNames('', ['a'])).toEqual([]);
    expect(nearestNames('a', ['b'])).toEqual([]);
  });

  it('offers only candidates, at most as many as asked', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string()), fc.integer({ min: 0, max: 5 }), (wanted, candidates, most) => {
        const found = nearestNames(wanted, candidates, most);
        expect(found.length).toBeLessThanOrEqual(most);
        expect(found.every((name) => candidates.includes(name))).toBe(true);
      }),
    );
  });
});
