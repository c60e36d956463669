/**
 * What redaction of free text takes out, and what it must leave alone.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactText } from './redact-text.ts';

const SECRET = 'canary-3f9Zq1Lx0aBcDeFgHiJk';

describe('redactText takes out', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['bearer token', `Authorization: Bearer ${SECRET}`],
    ['basic credentials', 'authorization: Basic Y2FuYXJ5OnBhc3N3b3Jk'],
    ['JSON web token', 'token eyJhbGciOiJSUzI1NiIs.eyJpc3MiOiJrdWJlcm5ldGVz.c2lnbmF0dXJl rejected'],
    ['password', `db password=${SECRET} host=db`],
    ['password', `{"password": "${SECRET} with spaces"}`],
    ['password', String.raw`{\"password\":\"${SECRET}\"}`],
    ['password', `--client-secret=${SECRET}`],
    ['password', `AWS_SECRET_ACCESS_KEY=${SECRET}`],
    ['account key', `DefaultEndpointsProtocol=https;AccountName=x;AccountKey=${SECRET}==;EndpointSuffix=core`],
    ['signature', `GET https://x.blob.core.windows.net/m/model.pkl?sv=2022&sig=${SECRET}%3D`],
    ['password', `redis://:${SECRET}@redis:6379/0`],
    ['password', `cannot reach https://user:${SECRET}@git.example/repo.git`],
    ['AWS access key', 'key AKIAIOSFODNN7EXAMPLE is not authorised'],
    ['token', 'using hf_AbCdEfGhIjKlMnOpQrStUvWxYz'],
    ['token', `GET /v1/models?token=${SECRET}`],
  ];
  for (const [kind, text] of cases) {
    it(`${kind}: ${text.slice(0, 40)}`, () => {
      const clean = redactText(text);
      expect(clean).toContain(`‹redacted: ${kind}›`);
      expect(clean).not.toContain('canary');
      expect(clean).not.toMatch(/AKIA|hf_A|eyJ|Y2Fu/);
    });
  }

  it('a private key over several lines, also one that was cut off', () => {
    const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----';
    expect(redactText(`a\n${key}\nb`)).toBe('a\n‹redacted: private key›\nb');
    expect(redactText(`a\n${key.slice(0, 45)}`)).toBe('a\n‹redacted: private key›');
  });

  it('only the credential, not the words around it', () => {
    expect(redactText('dial redis://app:hunter2@redis.prod:6379: connection refused')).toBe(
      'dial redis://app:‹redacted: password›@redis.prod:6379: connection refused',
    );
  });
});

describe('redactText leaves alone', () => {
  const ordinary = [
    'FATAL: password authentication failed for user "feast"',
    "ModuleNotFoundError: No module named 'evidently.pipeline'",
    'ValueError: password: required field is missing',
    'failed to pull image "acr.azurecr.io/pred-maint:1.0.2": 401 Unauthorized, www-authenticate: Bearer realm="https://acr.azurecr.io/oauth2/token",service="acr"',
    'pods "x" is forbidden: error looking up service account ns/sa: serviceaccount "sa" not found',
    'secret "acr-secret" not found',
    'INFO: 10.244.0.1:54321 - "GET /health HTTP/1.1" 200 OK',
    'http://0.0.0.0:8080/v2/models/m?max_tokens=512 token=512',
    "KeyError: 'API_KEY'",
    'Warning: using default tokenizer; sk-learn 1.2',
    'MountVolume.SetUp failed for volume "kube-api-access-x" : failed to sync configmap cache',
    'DB_PASSWORD=$(DB_PASSWORD) not expanded',
    'Basic usage: see the manual. The bearer of this token is unknown.',
  ];
  for (const line of ordinary) it(line.slice(0, 60), () => expect(redactText(line)).toBe(line));
});

describe('redactText', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      'password=',
      'Bearer ',
      'sig=',
      '://',
      '@',
      ':',
      '"',
      '\n',
      '&',
      'eyJhbGciOi',
      '.eyJ',
      'AKIAIOSFODNN7EXAMPLE',
    ),
    fc.constantFrom(
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'AccountKey=',
      'token=',
      'api_key: ',
      'abcdefghijklmnopqrstu',
    ),
    fc.constantFrom(
      'HF_TOKEN=',
      '"name":"API_TOKEN","value":"',
      'Set-Cookie: ',
      'token: ',
      'abcdefghijklmnopqrst1',
      '"auth": "',
      'https://',
      '"kind":"Secret"',
      '"data":{"a":"b"}',
      'hooks.slack.com/services/',
    ),
  );

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = redactText(pieces.join(''));
        expect(redactText(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('is not slowed down by text made to slow it down', () => {
    const hostile = [
      'password-'.repeat(50_000),
      'a://'.repeat(100_000),
      'eyJ'.repeat(100_000),
      '-'.repeat(400_000),
      'x'.repeat(400_000),
      'https://'.repeat(50_000),
      'TOKEN_'.repeat(60_000),
      'A=token='.repeat(50_000),
      'cookie:'.repeat(50_000),
      `"kind":"Secret"${'"data":{'.repeat(50_000)}`,
      '"name":"a","value":"'.repeat(20_000),
      `token: ${'a'.repeat(400_000)}`,
    ];
    for (const text of hostile) {
      const start = process.cpuUsage().user;
      redactText(text);
      // Microseconds; linear work on 400 kB takes some milliseconds, quadratic work minutes.
      expect(process.cpuUsage().user - start).toBeLessThan(5_000_000);
    }
  });
});
