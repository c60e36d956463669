/** Template diffs as a person reads them. */
import { assert, jsonValue, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../model/json.ts';
import { changeText, diffLines, isRestart, templateChanges } from './template-diff.ts';

const container = {
  name: 'api',
  image: 'x:1',
  env: [{ name: 'A', value: '1' }],
  readinessProbe: { httpGet: { path: '/', port: 80 } },
};

function template(changed: Record<string, unknown>, metadata: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    metadata: { labels: { 'pod-template-hash': 'x' }, ...metadata },
    spec: { containers: [{ ...container, ...changed }] },
  };
}

describe('templateChanges', () => {
  test('names the image and a new variable', () => {
    const to = template({
      image: 'x:2',
      env: [
        { name: 'PORT', value: '9000' },
        { name: 'A', value: '1' },
      ],
    });
    const changes = templateChanges(template({}), to);
    expect(changeText(changes)).toBe('the image and environment variable PORT');
    expect(diffLines(changes, to)).toEqual(['- image: x:1', '+ image: x:2', '+ env PORT: 9000']);
    expect(changes[0]?.pointer).toBe('/spec/containers/0/image');
  });

  test('speaks of a probe by its part', () => {
    const changes = templateChanges(template({}), template({ readinessProbe: { httpGet: { path: '/', port: 81 } } }));
    expect(changeText(changes)).toBe("the readiness probe's port");
  });

  test('knows a restart', () => {
    const changes = templateChanges(
      template({}),
      template({}, { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' } }),
    );
    expect(isRestart(changes)).toBe(true);
    expect(changeText(changes)).toBeUndefined();
  });

  test('shows redacted values as changed only', () => {
    const from = template({ env: [{ name: 'TOKEN', value: '‹redacted: 8 characters›' }] });
    const to = template({ env: [{ name: 'TOKEN', value: '‹redacted: 9 characters›' }] });
    expect(diffLines(templateChanges(from, to), to)).toEqual(['~ env TOKEN: ‹redacted, changed›']);
  });

  test('a template does not differ from itself, whatever it holds', () => {
    assert(
      property(jsonValue(), (value) => {
        const any = { metadata: { labels: value }, spec: { containers: [value], volumes: value, other: value } };
        if (!isObject(any)) return;
        expect(templateChanges(any, any)).toEqual([]);
      }),
    );
  });
});
