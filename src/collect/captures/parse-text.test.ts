/**
 * Text to values, the way kubectl and the API mean it.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InferscopeProblem } from '../problem.ts';
import { decodeText, parseJson, parseJsonDocuments, parseYamlDocuments } from './parse-text.ts';

function problemOf(run: () => unknown): InferscopeProblem {
  try {
    run();
  } catch (error) {
    if (error instanceof InferscopeProblem) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('decodeText', () => {
  it('reads UTF-8 with and without a mark, and UTF-16 of PowerShell', () => {
    expect(decodeText(Buffer.from('grün ✓ 😀'))).toBe('grün ✓ 😀');
    expect(decodeText(Buffer.from('\uFEFF{"ä":1}'))).toBe('{"ä":1}');
    expect(decodeText(Buffer.from('\uFEFF{"ä":1}', 'utf16le'))).toBe('{"ä":1}');
    expect(decodeText(Buffer.from('\uFEFF{"ä":1}', 'utf16le').swap16())).toBe('{"ä":1}');
  });
});

describe('JSON', () => {
  it('reads documents one after the other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 5 }),
        fc.constantFrom('', '\n', ' \r\n'),
        (values, gap) => {
          const plain: unknown = JSON.parse(JSON.stringify(values));
          expect(parseJsonDocuments(values.map((value) => JSON.stringify(value)).join(gap), 'f')).toEqual(plain);
        },
      ),
    );
  });

  it('says where it ends unfinished or turns foreign', () => {
    const cut = problemOf(() => parseJson('{"a":\n[1,', 'pods.json'));
    expect(cut.code).toBe('IS0003');
    expect(cut.tried).toContain('pods.json');
    expect(cut.found).toBe('the JSON ends unfinished at offset 9 (line 2)');
    expect(problemOf(() => parseJsonDocuments('{"a":1}\n{"a":x}', 'f')).found).toBe(
      'this is no JSON at offset 13 (line 2)',
    );
    expect(problemOf(() => parseJson('{"a":tru}', 'f')).found).toBe('this is no JSON at offset 8 (line 1)');
    expect(problemOf(() => parseJson('<html>', 'f')).found).toBe('this is no JSON at offset 0 (line 1)');
    expect(problemOf(() => parseJsonDocuments('', 'f')).found).toContain('it is empty');
  });
});

describe('YAML', () => {
  it('is YAML 1.1 with times as text and later duplicate keys, as kubectl reads it', () => {
    expect(parseYamlDocuments('a: yes\nb: 010\nc: 2026-01-02T03:04:05Z\nd: 1\nd: 2\ne: 2026-01-02', 'f')).toEqual([
      { a: true, b: 8, c: '2026-01-02T03:04:05Z', d: 2, e: '2026-01-02' },
    ]);
  });

  it('has several documents, empty ones left out', () => {
    expect(parseYamlDocuments('---\na: 1\n---\n---\nb: 2\n', 'f')).toEqual([{ a: 1 }, { b: 2 }]);
  });

  it('unfolds honest aliases and refuses bombs', () => {
    expect(parseYamlDocuments('b: &x {a: 1}\nc: *x\nd:\n  <<: *x\n', 'f')).toEqual([
      { b: { a: 1 }, c: { a: 1 }, d: { a: 1 } },
    ]);
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array(9).fill(`*l${level}`).join(',')}]`,
    );
    expect(problemOf(() => parseYamlDocuments(`l0: &l0 [1]\n${levels.join('\n')}`, 'f')).code).toBe('IS0003');
    expect(problemOf(() => parseYamlDocuments('a: &a [*a]', 'f')).code).toBe('IS0003');
    expect(problemOf(() => parseYamlDocuments('['.repeat(5000), 'f')).code).toBe('IS0003');
  });

  it('names the line of an error', () => {
    const problem = problemOf(() => parseYamlDocuments('a: 1\nb: [1,\nc: 2\n', 'pods.yaml'));
    expect(problem.tried).toContain('pods.yaml');
    expect(problem.found).toMatch(/line \d/);
  });
});
