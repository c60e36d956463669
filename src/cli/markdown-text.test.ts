import { describe, expect, test } from 'vitest';
import { widthOf } from '../report/text.ts';
import { markdownText } from './markdown-text.ts';
import { pageIndex, readPage } from './pages.ts';

const PAGE = `---
code: IS9999
name: Example
---

# IS9999 Example

## What you see

- \`ImagePullBackOff\` and a text that is so long that it has to go on in the next line of the terminal, indented
- **confirmed**: *the kubelet* says it

1. first
2. second

A [link](https://example.org/x), and \`kubectl get pods -l 'a in (b)' **/*.yaml\`.

\`\`\`sh
echo "\`date\`"   # a comment that is by itself longer than sixty columns and is to be copied as it stands
\`\`\`
| a | b |
`;

test('a page at 60 columns', () => {
  expect(markdownText(PAGE, { width: 60, colour: false })).toBe(`IS9999 Example

WHAT YOU SEE

- ImagePullBackOff and a text that is so long that it has to
  go on in the next line of the terminal, indented
- confirmed: the kubelet says it

1. first
2. second

A link (https://example.org/x), and kubectl get pods -l 'a
in (b)' **/*.yaml.

    echo "\`date\`"   # a comment that is by itself longer than sixty columns and is to be copied as it stands
| a | b |
`);
});

test('colour changes no word', () => {
  const coloured = markdownText(PAGE, { width: 60, colour: true });
  expect(coloured).toContain('\u001b[1mIS9999 Example\u001b[22m');
  expect(coloured).toContain('\u001b[1mconfirmed\u001b[22m: the kubelet');
  expect(coloured.replaceAll(/\u001b\[\d+m/g, '')).toBe(markdownText(PAGE, { width: 60, colour: false }));
});

describe.each([60, 100])('every page at %i columns', (width) => {
  test.each(pageIndex().map((entry) => entry.code))('%s', (code) => {
    const markdown = readPage(code) ?? '';
    const lines = markdownText(markdown, { width, colour: false }).split('\n');
    expect(lines[0]).toMatch(new RegExp(`^${code} \\w+$`));
    // Code and tables are kept as they are; so is an address that is longer than the line.
    const isKept = (line: string): boolean => /^ {4}|^\||^(?:- | {1,3})?\S*:\/\/\S*$/.test(line);
    const wide = lines.filter((line) => widthOf(line) > width && !isKept(line));
    expect(wide).toEqual([]);
    expect(lines.filter((line) => /\*\*\w|^#|^---$|```/.test(line) && !line.startsWith('    '))).toEqual([]);
  });
});
