import { describe, expect, it } from 'vitest';
import { matchesLabels, matchesNodeSelectorTerm, matchesSelector, toleratesTaint } from './selector.ts';

const LABELS = { app: 'model', tier: 'gold', 'gpu-count': '4' };

describe('matchesLabels and matchesSelector', () => {
  it('wants every pair', () => {
    expect(matchesLabels({ app: 'model' }, LABELS)).toBe(true);
    expect(matchesLabels({ app: 'model', tier: 'silver' }, LABELS)).toBe(false);
    expect(matchesLabels({ constructor: 'x' }, LABELS)).toBe(false);
    expect(matchesLabels({}, LABELS)).toBe(true);
  });

  it('follows the operators', () => {
    const matches = (...matchExpressions: unknown[]): boolean => matchesSelector({ matchExpressions }, LABELS);
    expect(matches({ key: 'tier', operator: 'In', values: ['gold', 'silver'] })).toBe(true);
    expect(matches({ key: 'tier', operator: 'NotIn', values: ['gold'] })).toBe(false);
    expect(matches({ key: 'absent', operator: 'NotIn', values: ['gold'] })).toBe(true);
    expect(matches({ key: 'app', operator: 'Exists' }, { key: 'absent', operator: 'DoesNotExist' })).toBe(true);
    expect(matches({ key: 'gpu-count', operator: 'Gt', values: ['1'] })).toBe(false);
    expect(matches({ key: 'app', operator: 'Like' })).toBe(false);
    expect(matchesSelector({}, LABELS)).toBe(true);
    expect(matchesSelector(undefined, LABELS)).toBe(false);
    expect(matchesSelector({ matchLabels: { app: 'other' }, matchExpressions: [] }, LABELS)).toBe(false);
  });
});

describe('matchesNodeSelectorTerm', () => {
  const fields = { 'metadata.name': 'node-1' };
  const matches = (...matchExpressions: unknown[]): boolean =>
    matchesNodeSelectorTerm({ matchExpressions }, LABELS, fields);

  it('compares whole numbers', () => {
    expect(matches({ key: 'gpu-count', operator: 'Gt', values: ['3'] })).toBe(true);
    expect(matches({ key: 'gpu-count', operator: 'Lt', values: ['4'] })).toBe(false);
    expect(matches({ key: 'tier', operator: 'Gt', values: ['3'] })).toBe(false);
    expect(matches({ key: 'absent', operator: 'Lt', values: ['3'] })).toBe(false);
    expect(matches({ key: 'gpu-count', operator: 'Gt', values: ['+3'] })).toBe(true);
  });

  it('matches fields, and nothing where it asks nothing', () => {
    expect(
      matchesNodeSelectorTerm(
        { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node-1'] }] },
        {},
        fields,
      ),
    ).toBe(true);
    expect(
      matchesNodeSelectorTerm(
        { matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-1'] }] },
        {},
        fields,
      ),
    ).toBe(false);
    expect(matchesNodeSelectorTerm({}, LABELS, fields)).toBe(false);
    expect(matchesNodeSelectorTerm(undefined, LABELS, fields)).toBe(false);
  });
});

describe('toleratesTaint', () => {
  const taint = { key: 'sku', value: 'gpu', effect: 'NoSchedule' };

  it.each([
    [{ key: 'sku', operator: 'Equal', value: 'gpu', effect: 'NoSchedule' }, true],
    [{ key: 'sku', value: 'gpu' }, true],
    [{ key: 'sku', value: 'cpu' }, false],
    [{ key: 'sku', operator: 'Exists' }, true],
    [{ operator: 'Exists' }, true],
    [{ operator: 'Exists', effect: 'NoExecute' }, false],
    [{ key: 'other', operator: 'Exists' }, false],
    [{ key: 'sku' }, false],
    ['nonsense', false],
  ])('%j: %s', (toleration, expected) => {
    expect(toleratesTaint([toleration], taint)).toBe(expected);
  });

  it('does not mind a taint that only asks to be avoided', () => {
    expect(toleratesTaint([], { ...taint, effect: 'PreferNoSchedule' })).toBe(true);
    expect(toleratesTaint([], taint)).toBe(false);
    expect(toleratesTaint([], { key: 'sku', effect: 'NoExecute' })).toBe(false);
  });

  it('compares numbers where the toleration asks to', () => {
    const number = { key: 'sla', value: '950', effect: 'NoSchedule' };
    expect(toleratesTaint([{ key: 'sla', operator: 'Gt', value: '900' }], number)).toBe(true);
    expect(toleratesTaint([{ key: 'sla', operator: 'Lt', value: '900' }], number)).toBe(false);
  });
});
