import { describe, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { stepProgress } from './step-progress.ts';

describe('steps of a load', () => {
  test.each([
    ['loaded shard 4 of 14', 4, 14],
    ['Loading checkpoint shards:  33%|███   | 1/3 [00:20<00:41, 20.6s/it]', 1, 3],
    ['INFO fetched 7/120 files', 7, 120],
  ])('%s', (text, done, of) => {
    expect(stepProgress(['starting', text])).toMatchObject({ line: 2, done, of });
  });

  test.each([
    [['loaded shard 14 of 14']],
    [['loaded shard 4 of 14', 'Uvicorn running on http://0.0.0.0:8080']],
    [['loaded shard 4 of 14', 'OSError: no such file', 'Error: cannot load']],
    [['GET /v1/models 1/3']],
    [['2026/11/21 loading settings']],
    [[]],
  ])('is no load under way: %j', (lines) => {
    expect(stepProgress(lines)).toBeUndefined();
  });

  test('takes any text', () => {
    fc.assert(fc.property(fc.array(fc.string()), (lines) => void stepProgress(lines)));
  });
});
