/** The scheduler's configuration as Volcano ships it, as the documents write it, and as hostile text. */
import { assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { volcanoConfigLack } from './volcano-config.ts';

const DOCUMENTED = `actions: "enqueue, allocate, backfill"
tiers:
- plugins:
    - name: task-topology
    - name: priority
    - name: gang
    - name: conformance
- plugins:
    - name: overcommit
    - name: drf
    - name: predicates
    - name: proportion
    - name: nodeorder
    - name: binpack
`;

test('the documented configuration lacks nothing, nor does the variant without gangs', () => {
  expect(volcanoConfigLack(DOCUMENTED)).toEqual({ actions: [], plugins: [] });
  const alone = DOCUMENTED.replace('name: gang', 'name: sla\n      arguments:\n        sla-waiting-time: 1m');
  expect(volcanoConfigLack(alone)).toEqual({ actions: [], plugins: [] });
});

test('what is missing is named; a comment is no setting', () => {
  const text = DOCUMENTED.replace('enqueue, ', '').replace('    - name: binpack', '    # - name: binpack');
  expect(volcanoConfigLack(text)).toEqual({ actions: ['enqueue'], plugins: ['binpack'] });
  expect(volcanoConfigLack('')).toEqual({
    actions: ['enqueue', 'allocate', 'backfill'],
    plugins: ['gang', 'conformance', 'drf', 'predicates', 'proportion', 'nodeorder', 'binpack'],
  });
});

test('any text is read without an error', () => {
  assert(
    property(string({ maxLength: 2000 }), (text) => volcanoConfigLack(text).plugins.length <= 7),
    { numRuns: 200 },
  );
});
