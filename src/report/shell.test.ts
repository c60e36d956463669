import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLines, shellCommand } from './shell.ts';

/** What a POSIX shell makes of words: one line of hexadecimals each, so that line ends and blanks survive. */
function readByShell(text: string): readonly string[] {
  const script = `for word in ${text}; do printf '%s' "$word" | od -An -v -tx1 | tr -d ' \\n'; echo; done`;
  const output = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  return output
    .split('\n')
    .slice(0, -1)
    .map((line) => Buffer.from(line, 'hex').toString('utf8'));
}

/** Without NUL, which no argument can hold, and without lone surrogates, which are no text. */
const word = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}<>|&;()#~=% \n\t-ab'.split('')), minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      '',
      '--type=merge',
      '-p',
      '{"spec":{"replicas":1}}',
      "it's",
      '$(reboot)',
      '<PASSWORD>',
      '~',
      'a\\',
      "'",
    ),
  )
  .filter((text) => !text.includes('\0') && !/\p{Surrogate}/u.test(text));

describe('a printed command', () => {
  test('is read by a shell as the words that it was made of', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (argv) => {
        expect(readByShell(shellCommand(argv))).toEqual(argv);
      }),
      { numRuns: 60 },
    );
  });
  test('broken over several lines, too', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 4, maxLength: 9 }), fc.integer({ min: 10, max: 60 }), (argv, width) => {
        expect(readByShell(commandLines(argv, width).join('\n'))).toEqual(argv);
      }),
      { numRuns: 60 },
    );
  });
  test('plain words are not quoted', () => {
    expect(shellCommand(['kubectl', '-n', 'models', 'set', 'image', 'deploy/x', 'x=r.example/x:1@sha256:ab'])).toBe(
      'kubectl -n models set image deploy/x x=r.example/x:1@sha256:ab',
    );
  });
  test('a placeholder is no redirection', () => {
    expect(shellCommand(['--docker-password=<PASSWORD>'])).toBe("'--docker-password=<PASSWORD>'");
  });
});

test('a long command breaks before an option', () => {
  const argv = ['kubectl', '-n', 'pred-maint', 'create', 'secret', 'docker-registry', 'acr', '--docker-server=acr.io'];
  expect(commandLines([...argv, '--docker-username=someone'], 60)).toEqual([
    'kubectl -n pred-maint create secret docker-registry acr \\',
    '  --docker-server=acr.io --docker-username=someone',
  ]);
  expect(commandLines(argv.slice(0, 4), 60)).toEqual(['kubectl -n pred-maint create']);
});
