/** Each broken pair of certificate and key is told by its own name; the facts are derived from real certificates, made here. */
import * as fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { describePem } from '../../collect/certificates/describe-pem.ts';
import type { PemFacts } from '../../model/pem.ts';
import {
  certificateRequest,
  issueCertificate,
  pemBlock,
  type IssueOptions,
  type KeyPair,
} from '../../testing/certificate.ts';
import { certificateFaults } from './certificate-faults.ts';
import { pemOf, secretPem } from './pem-of.ts';

const NOW = '2026-03-01T12:00:00Z';
const HOST = 'score.acme.example';

function rsa(bits = 2048): KeyPair {
  return generateKeyPairSync('rsa', { modulusLength: bits });
}

function ec(curve = 'P-256'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: curve });
}

const ROOT = { commonName: 'Acme Root', keys: ec() };
const MIDDLE = { commonName: 'Acme Issuing', keys: ec('P-384') };
const OTHER_MIDDLE = { commonName: 'Other Issuing', keys: ec() };
const KEYS = { rsa: rsa(), ec: ec() };
const OTHERS = { rsa: rsa(), ec: ec() };
const SMALL = rsa(1024);

function certificate(options: IssueOptions): string {
  return pemBlock('CERTIFICATE', issueCertificate(options));
}

const root = certificate({ ...ROOT, isAuthority: true });
const middle = certificate({ ...MIDDLE, issuer: ROOT, isAuthority: true });
const stray = certificate({ ...OTHER_MIDDLE, issuer: ROOT, isAuthority: true });

function keyPem(keys: KeyPair): string {
  return keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function facts(text: string | Buffer): PemFacts {
  return describePem(Buffer.from(text));
}

function idsOf(
  certificateText: string | Buffer | undefined,
  keyText: string | Buffer | undefined,
  host: string | undefined = HOST,
): readonly string[] {
  const found = certificateFaults({
    certificate: certificateText === undefined ? undefined : facts(certificateText),
    key: keyText === undefined ? undefined : facts(keyText),
    host,
    now: NOW,
  });
  for (const { text } of found) expect(text).toMatch(/^[^{}]{10,}[^.]$/s);
  return found.map(({ id, weight }) => `${weight} ${id}`);
}

describe.each(['rsa', 'ec'] as const)('a pair of %s', (type) => {
  const keys = KEYS[type];
  const key = keyPem(keys);
  const leafOf = (options: Partial<IssueOptions> = {}): string =>
    certificate({ commonName: HOST, names: [HOST], keys, issuer: MIDDLE, ...options });
  const leaf = leafOf();
  const chain = `${leaf}${middle}${root}`;

  it('that is well has no fault, with or without its root', () => {
    expect(idsOf(chain, key)).toEqual([]);
    expect(idsOf(`${leaf}${middle}`, key)).toEqual([]);
    expect(
      idsOf(chain, keys.privateKey.export({ type: type === 'rsa' ? 'pkcs1' : 'sec1', format: 'pem' }).toString()),
    ).toEqual([]);
    expect(idsOf(`${leaf}${leaf}${middle}`, key)).toEqual([]);
  });

  const der = issueCertificate({ commonName: HOST, names: [HOST], keys, issuer: MIDDLE });
  const keyDer = keys.privateKey.export({ type: 'pkcs8', format: 'der' });
  const encrypted = { cipher: 'aes-256-cbc', passphrase: 'canary' } as const;
  const oldForm = type === 'rsa' ? 'pkcs1' : 'sec1';
  const oldLabel = type === 'rsa' ? 'RSA PRIVATE KEY' : 'EC PRIVATE KEY';

  it.each<readonly [string, string | Buffer | undefined, string | Buffer | undefined, readonly string[]]>([
    ['no certificate', undefined, key, ['fatal certificate-missing']],
    ['no key', chain, undefined, ['fatal key-missing']],
    ['an empty certificate', ' \n', key, ['fatal certificate-empty']],
    ['an empty key', chain, '', ['fatal key-empty']],
    ['both swapped', key, chain, ['fatal swapped']],
    ['the key twice', key, key, ['fatal certificate-is-key']],
    ['the certificate twice', chain, chain, ['fatal key-is-certificate']],
    ['a binary certificate', der, key, ['fatal certificate-der']],
    ['a binary key', chain, keyDer, ['fatal key-der']],
    ['a certificate in base64 twice', Buffer.from(chain).toString('base64'), key, ['fatal certificate-base64']],
    ['a key in base64 twice', chain, Buffer.from(key).toString('base64'), ['fatal key-base64']],
    ['a certificate without its first and last line', der.toString('base64'), key, ['fatal certificate-base64']],
    ['words for a certificate', 'see the vault', key, ['fatal certificate-not-pem']],
    ['UTF-16', Buffer.from(`\u{FEFF}${chain}`, 'utf16le'), key, ['fatal certificate-not-pem']],
    [
      'a request for a certificate',
      pemBlock('CERTIFICATE REQUEST', certificateRequest(HOST, keys)),
      key,
      ['fatal certificate-is-request'],
    ],
    ['a certificate cut off', leaf.slice(0, -200), key, ['fatal certificate-cut']],
    ['a chain cut off', `${leaf}${middle.slice(0, -100)}`, key, ['fatal certificate-cut']],
    ['a key cut off', chain, key.slice(0, -60), ['fatal key-cut']],
    [
      'a certificate whose inside is damaged',
      pemBlock('CERTIFICATE', der.subarray(0, -40)),
      key,
      ['fatal certificate-damaged'],
    ],
    ['line ends lost', chain.replaceAll('\n', ' '), key, ['fatal certificate-damaged']],
    ['line ends written out', chain.replaceAll('\n', '\\n'), key, ['fatal certificate-damaged']],
    ['indentation', chain.replaceAll(/^/gm, '  '), key, ['fatal certificate-damaged']],
    [
      'a public key for the key',
      chain,
      keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      ['fatal key-other-content'],
    ],
    [
      'a key with a passphrase',
      chain,
      keys.privateKey.export({ type: 'pkcs8', format: 'pem', ...encrypted }).toString(),
      ['fatal key-passphrase'],
    ],
    [
      'a key with a passphrase in the old form',
      chain,
      keys.privateKey.export({ type: oldForm, format: 'pem', ...encrypted }).toString(),
      ['fatal key-passphrase'],
    ],
    ['a key of the same kind for another certificate', chain, keyPem(OTHERS[type]), ['fatal key-mismatch']],
    ['a key of the other kind', chain, keyPem(KEYS[type === 'rsa' ? 'ec' : 'rsa']), ['fatal key-mismatch']],
    [
      'an old key under the new label',
      chain,
      pemBlock('PRIVATE KEY', keys.privateKey.export({ type: oldForm, format: 'der' })),
      ['fatal key-label'],
    ],
    ['a new key under the old label', chain, pemBlock(oldLabel, keyDer), ['warning key-label']],
    ['the leaf last', `${root}${middle}${leaf}`, key, ['fatal leaf-not-first']],
    ['the intermediates the wrong way round', `${leaf}${root}${middle}`, key, ['warning chain-unordered']],
    ['the wrong intermediate', `${leaf}${stray}`, key, ['fatal chain-broken']],
    ['no intermediate', leaf, key, ['warning intermediate-missing']],
    ['expired', `${leafOf({ notAfter: new Date('2026-02-01T00:00:00Z') })}${middle}`, key, ['fatal expired']],
    [
      'not yet valid',
      `${leafOf({ notBefore: new Date('2026-04-01T00:00:00Z') })}${middle}`,
      key,
      ['fatal not-yet-valid'],
    ],
    [
      'about to expire',
      `${leafOf({ notAfter: new Date('2026-03-10T00:00:00Z') })}${middle}`,
      key,
      ['warning expires-soon'],
    ],
    [
      'an expired intermediate',
      `${leaf}${certificate({ ...MIDDLE, issuer: ROOT, isAuthority: true, notAfter: new Date('2026-01-01T00:00:00Z') })}${root}`,
      key,
      ['fatal intermediate-expired'],
    ],
    ['another name', `${leafOf({ names: ['www.acme.example'] })}${middle}`, key, ['fatal name-mismatch']],
    [
      'its name as common name only',
      `${certificate({ commonName: HOST, keys, issuer: MIDDLE })}${middle}`,
      key,
      ['warning name-in-common-name'],
    ],
    ['a signature of SHA-1', `${leafOf({ hash: 'sha1' })}${middle}`, key, ['fatal signature-weak']],
    [
      'a purpose other than servers',
      `${leafOf({ usages: ['1.3.6.1.5.5.7.3.2'] })}${middle}`,
      key,
      ['fatal usage-not-server'],
    ],
    ['an authority for a server', `${leafOf({ isAuthority: true })}${middle}`, key, ['warning leaf-is-authority']],
    [
      'a certificate that signs itself',
      certificate({ commonName: HOST, names: [HOST], keys }),
      key,
      ['note self-signed'],
    ],
    ['a byte order mark', `\u{FEFF}${chain}`, key, ['fatal certificate-byte-order-mark']],
    ['Windows line ends', chain.replaceAll('\n', '\r\n'), key, ['note certificate-windows-line-ends']],
    ['text around', `Certificate:\n    Data: …\n${chain}`, key, ['note certificate-text-around']],
    ['the key in the certificate’s file too', `${chain}${key}`, key, ['warning certificate-holds-key']],
  ])('with %s', (_what, certificateText, keyText, expected) => {
    expect(idsOf(certificateText, keyText)).toEqual(expected);
  });
});

it('short RSA keys are told, and several faults at once, the fatal ones first', () => {
  const short = certificate({
    commonName: 'x',
    names: ['x.example'],
    keys: SMALL,
    issuer: MIDDLE,
    notAfter: new Date('2026-02-28T00:00:00Z'),
  });
  expect(idsOf(short, keyPem(SMALL))).toEqual([
    'fatal expired',
    'fatal name-mismatch',
    'warning intermediate-missing',
    'warning key-short',
  ]);
});

it('without a key that can be read, the chain itself says which certificate is the server’s', () => {
  const leaf = certificate({ commonName: HOST, names: [HOST], keys: KEYS.ec, issuer: MIDDLE });
  expect(idsOf(`${middle}${leaf}`, undefined)).toEqual(['fatal key-missing', 'fatal leaf-not-first']);
});

describe('the names of a certificate', () => {
  it.each<readonly [string, string, boolean]>([
    ['*.acme.example', 'score.acme.example', true],
    ['*.acme.example', 'a.score.acme.example', false],
    ['*.acme.example', 'acme.example', false],
    ['*.acme.example', '*.acme.example', true],
    ['score.acme.example', '*.acme.example', false],
    ['Score.Acme.Example', 'score.acme.example.', true],
    ['s*.acme.example', 'score.acme.example', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['*.1.2.3', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.4', false],
  ])('%s for %s: %s', (name, host, covered) => {
    const text = certificate({ commonName: host, names: [name], keys: KEYS.ec });
    expect(idsOf(text, keyPem(KEYS.ec), host).includes('fatal name-mismatch')).toBe(!covered);
  });

  it('compare IPv6 addresses as addresses', () => {
    const base = facts(certificate({ commonName: 'x', names: ['x'], keys: KEYS.ec })).certificates[0];
    expect(base).toBeDefined();
    const six = base && {
      ...facts(''),
      form: 'pem' as const,
      certificates: [{ ...base, names: ['fd00:0:0:0:0:0:0:1'] }],
    };
    const ask = (host: string): readonly string[] =>
      certificateFaults({ certificate: six, key: undefined, host, now: NOW }).map(({ id }) => id);
    expect(ask('fd00::1')).not.toContain('name-mismatch');
    expect(ask('[FD00::0001]')).not.toContain('name-mismatch');
    expect(ask('fd00::2')).toContain('name-mismatch');
  });
});

describe('facts out of JSON', () => {
  it('are the same as before they were written', () => {
    const before = facts(
      `${certificate({ commonName: HOST, names: [HOST], keys: KEYS.rsa, issuer: MIDDLE })}${middle}`,
    );
    const secret = {
      inferscopeKeys: { 'tls.crt': { bytes: 9, pem: JSON.parse(JSON.stringify(before)) }, old: { bytes: 1 } },
    };
    expect(secretPem(secret, 'tls.crt')).toEqual({ state: 'read', facts: before });
    expect(secretPem(secret, 'old')).toEqual({ state: 'unread' });
    expect(secretPem(secret, 'toString')).toEqual({ state: 'absent' });
    expect(pemOf(before)).toEqual(before);
  });

  it('of any shape neither throw nor break the judgement', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constantFrom('pem', 'der', 'cut', 'CERTIFICATE', NOW));
    const entry = fc.dictionary(
      fc.constantFrom(
        'subject',
        'issuer',
        'notBefore',
        'notAfter',
        'keyType',
        'publicKey',
        'signedBy',
        'names',
        'isSelfSigned',
        'block',
        'why',
      ),
      fc.oneof(part, fc.nat(3), fc.boolean()),
    );
    const hostile = fc.record({
      form: fc.constantFrom('pem', 'pem', 'pem', 'der', 'x'),
      certificates: fc.oneof(part, fc.array(entry)),
      keys: fc.oneof(part, fc.array(entry)),
      damaged: fc.oneof(part, fc.array(entry)),
      blocks: part,
      oddities: part,
    });
    fc.assert(
      fc.property(hostile, hostile, fc.option(fc.string(), { nil: undefined }), (one, other, host) => {
        const question = { certificate: pemOf(one), key: pemOf({ pem: other }), host, now: NOW };
        expect(Array.isArray(certificateFaults(question))).toBe(true);
      }),
    );
  });
});
