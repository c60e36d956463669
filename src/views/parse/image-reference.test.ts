import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseImageReference } from './image-reference.ts';

const SHA = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseImageReference', () => {
  it.each([
    ['nginx', { host: 'docker.io', repository: 'library/nginx', normalized: 'docker.io/library/nginx:latest' }],
    ['jupyter/scipy-notebook:2025-11', { host: 'docker.io', repository: 'jupyter/scipy-notebook', tag: '2025-11' }],
    ['index.docker.io/library/nginx:1', { normalized: 'docker.io/library/nginx:1' }],
    ['localhost/baseline:dev', { host: 'localhost', repository: 'baseline', tag: 'dev' }],
    [
      'registry.down.example:5000/speech/asr:1.0',
      { host: 'registry.down.example:5000', repository: 'speech/asr', tag: '1.0' },
    ],
    ['[fd00::1]:5000/a/b', { host: '[fd00::1]:5000', repository: 'a/b' }],
    [`ghcr.io/acme/forecast@${SHA}`, { digest: SHA, normalized: `ghcr.io/acme/forecast@${SHA}` }],
    [`ghcr.io/acme/forecast:1@${SHA}`, { tag: '1', digest: SHA, normalized: `ghcr.io/acme/forecast:1@${SHA}` }],
    // distribution/reference takes a first part with upper-case letters for a host.
    ['Acme/forecast:1', { host: 'Acme', repository: 'forecast' }],
    ['a/b__c/d-e.f:1', { repository: 'a/b__c/d-e.f' }],
  ])('reads %s', (text, expected) => {
    expect(parseImageReference(text)).toMatchObject(expected);
  });

  it('leaves out a tag that is not written', () => {
    expect(parseImageReference('nginx')).not.toHaveProperty('tag');
  });

  it.each([
    ['ghcr.io/Acme/Forecast:2025.11', 'the repository name has upper-case letters: Acme/Forecast'],
    ['Forecast', 'the repository name has upper-case letters: Forecast'],
    ['', 'the reference is empty'],
    ['nginx:', 'the tag is empty'],
    ['nginx:1:2', 'the tag is malformed: 1:2'],
    ['nginx:-x', 'the tag is malformed: -x'],
    ['https://ghcr.io/a/b:1', 'the reference begins with a URL scheme: https://'],
    ['ghcr.io/a/b:${TAG}', 'the reference has a character that is not allowed: "$"'],
    ['ghcr.io/a b', 'the reference has a character that is not allowed: " "'],
    ['nginx:1 ', 'the reference begins or ends with white space'],
    ['ghcr.io/a//b', 'the repository name is malformed: a//b'],
    ['ghcr.io/', 'the repository name is empty'],
    ['ghcr..io/a', 'the host is malformed: ghcr..io'],
    ['nginx@sha256:12', 'the digest is malformed: sha256:12'],
    ['a'.repeat(300), 'the name is longer than 255 characters'],
    ['0123456789abcdef'.repeat(4), 'the name may not be 64 hexadecimal digits'],
  ])('says why %s is none', (text, invalid) => {
    expect(parseImageReference(text)).toEqual({ invalid });
  });

  it('reads its own normal form back', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,5})?$/);
    const host = fc.constantFrom('', 'localhost/', 'ghcr.io/', 'r.example:5000/', 'Reg/');
    const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,10}$/), { nil: undefined });
    fc.assert(
      fc.property(
        host,
        fc.array(part, { minLength: 2, maxLength: 4 }),
        tag,
        fc.boolean(),
        (prefix, path, name, pinned) => {
          const text = `${prefix}${path.join('/')}${name === undefined ? '' : `:${name}`}${pinned ? `@${SHA}` : ''}`;
          const first = parseImageReference(text);
          if ('invalid' in first) throw new Error(`${text}: ${first.invalid}`);
          expect(parseImageReference(first.normalized)).toMatchObject({
            host: first.host,
            repository: first.repository,
            normalized: first.normalized,
          });
        },
      ),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseImageReference(text)));
  });
});
