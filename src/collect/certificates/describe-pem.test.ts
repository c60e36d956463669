/** What a certificate file is said to hold, and that nothing of a key leaves it. */
import * as fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueCertificate, pemBlock } from '../../testing/certificate.ts';
import { describePem } from './describe-pem.ts';

const authority = { commonName: 'Acme Root', keys: generateKeyPairSync('ec', { namedCurve: 'P-384' }) };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const leaf = issueCertificate({
  commonName: 'score, “one”',
  names: ['Score.acme.example', '*.ml.acme.example', '10.0.0.7'],
  keys: rsa,
  issuer: authority,
  usages: ['1.3.6.1.5.5.7.3.1'],
  notAfter: new Date('2027-05-06T07:08:09Z'),
});
const chain = `${pemBlock('CERTIFICATE', leaf)}${pemBlock('CERTIFICATE', issueCertificate({ ...authority, isAuthority: true }))}`;

describe('a certificate', () => {
  it('is described by what it shows to everybody, and by who of the file signed it', () => {
    const { form, blocks, certificates } = describePem(Buffer.from(chain));
    expect({ form, blocks }).toEqual({ form: 'pem', blocks: ['CERTIFICATE', 'CERTIFICATE'] });
    expect(certificates[0]).toEqual({
      subject: 'CN=score\\, “one”',
      issuer: 'CN=Acme Root',
      commonName: 'score, “one”',
      names: ['score.acme.example', '*.ml.acme.example', '10.0.0.7'],
      notBefore: '2021-01-01T00:00:00Z',
      notAfter: '2027-05-06T07:08:09Z',
      isAuthority: false,
      isSelfSigned: false,
      keyType: 'rsa',
      keyBits: 2048,
      publicKey: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      signature: 'ecdsa-with-SHA256',
      usages: ['1.3.6.1.5.5.7.3.1'],
      signedBy: 1,
    });
    expect(certificates[1]).toMatchObject({ isAuthority: true, isSelfSigned: true, keyType: 'ec', keyBits: 384 });
    expect(certificates[1]?.signedBy).toBeUndefined();
  });

  it('without a name is one all the same, and one of the same name is not its authority for that', () => {
    const unnamed = issueCertificate({
      names: ['a.example'],
      keys: ec,
      issuer: { commonName: 'Acme Root', keys: rsa },
    });
    const { certificates } = describePem(Buffer.from(`${pemBlock('CERTIFICATE', unnamed)}${chain}`));
    expect(certificates[0]).toMatchObject({ subject: '', keyType: 'ec', keyBits: 256 });
    expect(certificates.map(({ signedBy }) => signedBy)).toEqual([undefined, 2, undefined]);
  });
});

describe('a key', () => {
  it.each([
    ['RSA, PKCS#1', rsa.privateKey.export({ type: 'pkcs1', format: 'pem' })],
    ['RSA, PKCS#8', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })],
    ['RSA, binary', rsa.privateKey.export({ type: 'pkcs8', format: 'der' })],
    [
      'RSA behind other blocks',
      `${pemBlock('EC PARAMETERS', Buffer.from('06052b81040022', 'hex'))}${rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}`,
    ],
  ])('%s has the public key of its certificate', (_what, bytes) => {
    const [key] = describePem(Buffer.from(bytes)).keys;
    expect(key).toEqual({
      keyType: 'rsa',
      keyBits: 2048,
      isEncrypted: false,
      publicKey: describePem(leaf).certificates[0]?.publicKey,
    });
  });

  it('of EC is known in its own form', () => {
    expect(describePem(Buffer.from(ec.privateKey.export({ type: 'sec1', format: 'pem' }))).keys).toEqual([
      { keyType: 'ec', keyBits: 256, isEncrypted: false, publicKey: expect.stringMatching(/^sha256:/) },
    ]);
  });

  it('with a passphrase says so and no more', () => {
    const encrypted = rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
    expect(describePem(Buffer.from(encrypted))).toMatchObject({
      blocks: ['ENCRYPTED PRIVATE KEY'],
      keys: [{ isEncrypted: true }],
      damaged: [],
    });
  });
});

it('a file that is too large is not read', () => {
  expect(describePem(Buffer.alloc(1024 * 1024 + 1, 'a'))).toMatchObject({ form: 'other', certificates: [] });
});

it('a bundle of authorities is read in bounds', () => {
  const many = pemBlock('CERTIFICATE', leaf).repeat(300);
  const facts = describePem(Buffer.from(many));
  expect(facts.certificates).toHaveLength(16);
  expect(facts.blocks.length).toBeLessThanOrEqual(256);
});

describe('whatever the bytes', () => {
  const texts = [
    chain,
    ...[rsa, ec].flatMap(({ privateKey }) => [
      privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      privateKey.export({ type: privateKey === rsa.privateKey ? 'pkcs1' : 'sec1', format: 'pem' }).toString(),
      privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'p' }).toString(),
    ]),
  ];
  const keys = texts.filter((text) => text.includes('PRIVATE KEY'));
  /** Every run of 24 characters of a key's text; a run over a line end counts without it. */
  const runs = new Set(
    keys.flatMap((text) => {
      const body = text.replaceAll(/-----[^-]+-----|\n|Proc-Type.*|DEK-Info.*/g, '');
      return Array.from({ length: body.length - 24 }, (_, start) => body.slice(start, start + 24));
    }),
  );

  function leaks(said: string): boolean {
    for (let start = 0; start + 24 <= said.length; start += 1) if (runs.has(said.slice(start, start + 24))) return true;
    return false;
  }

  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(40),
    put: fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('\n', '-----BEGIN ', '-----END RSA PRIVATE KEY-----', '-----', '\r\n', '\u{FEFF}'),
    ),
  });
  const edited = fc
    .tuple(
      fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 3 }),
      fc.array(edit, { maxLength: 4 }),
      fc.boolean(),
    )
    .map(([parts, edits, twice]) => {
      let text = parts.join('');
      for (const { at, cut, put } of edits) {
        const start = Math.floor(at * text.length);
        text = text.slice(0, start) + put + text.slice(start + cut);
      }
      return Buffer.from(twice ? Buffer.from(text).toString('base64') : text);
    });

  it('it does not throw, and no part of a key is in what it says', () => {
    fc.assert(
      fc.property(edited, (bytes) => {
        expect(leaks(JSON.stringify(describePem(bytes)))).toBe(false);
      }),
    );
  });

  it('binary ones do not either, whole or damaged', () => {
    const ders = [
      leaf,
      rsa.privateKey.export({ type: 'pkcs1', format: 'der' }),
      ec.privateKey.export({ type: 'pkcs8', format: 'der' }),
    ];
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.tuple(fc.constantFrom(...ders), fc.nat(), fc.nat(255)).map(([der, place, byte]) => {
            const bytes = Buffer.from(der);
            bytes[place % bytes.length] = byte;
            return bytes;
          }),
        ),
        (bytes) => {
          const said = JSON.stringify(describePem(Buffer.from(bytes)));
          expect(leaks(said)).toBe(false);
          expect(said.length).toBeLessThan(20_000);
        },
      ),
    );
  });
});
