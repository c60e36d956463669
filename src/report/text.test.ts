import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asciiTypography, cleanLine, truncate, widthOf, wrap } from './text.ts';

/** Nothing of these may reach a terminal from a cluster: C0 and C1 controls, and what turns the direction of writing round. */
const HOSTILE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

const piece = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\u001b[31m',
    '\u001b[2J',
    '\u001b]0;title\u0007',
    '\u001b]8;;https://example.org\u001b\\',
    '\u001bPq#0\u001b\\',
    '\u001b',
    '\u001b\u001b[31m[31m',
    '\u009b31m',
    '\u0007',
    '\b\b\b',
    '\r',
    '\t',
    '\n',
    '\u202e',
    'ImagePullBackOff ',
    '模型',
    '🧠',
    'é',
  ),
);
const hostileText = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));

describe('cleanLine', () => {
  test('lets no control character through', () => {
    fc.assert(fc.property(hostileText, (text) => !HOSTILE.test(cleanLine(text))));
  });
  test('is done in one pass', () => {
    fc.assert(fc.property(hostileText, (text) => cleanLine(cleanLine(text)) === cleanLine(text)));
  });
  test.each([
    ['\u001b[1;31merror\u001b[0m: no such host', 'error: no such host'],
    ['\u001b]0;owned\u0007pull', 'pull'],
    ['\u001b]8;;https://a.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b]0;never ends: the cause', '0;never ends: the cause'],
    ['two\nlines\tand a tab', 'two lines and a tab'],
    ['safe\u202egnp.exe', 'safegnp.exe'],
    ['模型 🧠 Größe', '模型 🧠 Größe'],
  ])('%j', (text, clean) => {
    expect(cleanLine(text)).toBe(clean);
  });
  test('is linear: a megabyte of openers takes no time', () => {
    expect(cleanLine('\u001b]'.repeat(500_000))).toBe('');
  });
});

describe('wrap', () => {
  const words = fc
    .array(fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom('模型服务', '🧠🧠', 'x'.repeat(150))))
    .map((parts) => cleanLine(parts.join(' ')));

  test('never exceeds the width', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 120 }), (text, width) => {
        for (const line of wrap(text, width)) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
  test('loses nothing but blanks', () => {
    const bare = (text: string): string => text.replaceAll(' ', '');
    fc.assert(
      fc.property(words, fc.integer({ min: 12, max: 120 }), (text, width) => {
        expect(bare(wrap(text, width).join(''))).toBe(bare(text));
      }),
    );
  });
  test('keeps the indentation that YAML and tracebacks speak with', () => {
    expect(wrap('    raise ValueError("a long one")', 20)).toEqual([
      '    raise',
      '    ValueError("a',
      '    long one")',
    ]);
  });
  test('an empty text is one empty line', () => {
    expect(wrap('', 40)).toEqual(['']);
  });
  test('does not break a wide character in two', () => {
    expect(wrap('模'.repeat(9), 11)).toEqual(['模模模模模', '模模模模']);
  });
});

describe('truncate', () => {
  test('never exceeds the width', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }).map(cleanLine), fc.integer({ min: 3, max: 60 }), (text, width) => {
        expect(widthOf(truncate(text, width, '...'))).toBeLessThanOrEqual(width);
      }),
    );
  });
  test('says that it cut', () => {
    expect(truncate('a long message', 8, '…')).toBe('a long …');
    expect(truncate('short', 8, '…')).toBe('short');
  });
});

test('colours take no columns', () => {
  expect(widthOf('\u001b[1mbold\u001b[22m')).toBe(4);
  expect(widthOf('é')).toBe(1);
});

test('typography has ASCII twins; names of the cluster stay', () => {
  expect(asciiTypography('the control plane’s taint — 3 × “x” …')).toBe('the control plane\'s taint - 3 x "x" ...');
  expect(asciiTypography('模型')).toBe('模型');
});
