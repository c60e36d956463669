/**
 * Reads facts of certificates and keys out of plain JSON: a redacted Secret, the files of a preflight. Whoever wrote the JSON is not trusted: what has
 * not the right shape is left out, and lists are bounded.
 */
import { booleanAt, isObject, listAt, numberAt, objectAt, textAt, type JsonObject } from '../../model/json.ts';
import type { CertificateFacts, PemFacts, PrivateKeyFacts } from '../../model/pem.ts';

const FORMS: readonly PemFacts['form'][] = ['pem', 'der', 'base64', 'empty', 'other'];
const ODDITIES: readonly PemFacts['oddities'][number][] = [
  'byte-order-mark',
  'windows-line-ends',
  'text-around',
  'cut',
];
const MOST = 256;
const LONGEST = 300;

/** The facts themselves, or what holds them under `pem`; undefined where there are none. */
export function pemOf(value: unknown): PemFacts | undefined {
  const facts = objectAt(value, 'pem') ?? (isObject(value) ? value : undefined);
  const form = FORMS.find((known) => known === textAt(facts, 'form'));
  if (facts === undefined || form === undefined) return undefined;
  return {
    form,
    blocks: textsAt(facts, 'blocks'),
    certificates: listAt(facts, 'certificates')
      .slice(0, MOST)
      .flatMap((entry) => certificateOf(entry) ?? []),
    keys: listAt(facts, 'keys')
      .slice(0, MOST)
      .flatMap((entry) => (isObject(entry) ? [keyOf(entry)] : [])),
    damaged: listAt(facts, 'damaged')
      .slice(0, MOST)
      .flatMap((entry) => {
        const block = short(textAt(entry, 'block'));
        return block === undefined ? [] : [{ block, why: short(textAt(entry, 'why')) ?? '' }];
      }),
    oddities: ODDITIES.filter((known) => textsAt(facts, 'oddities').includes(known)),
  };
}

export type SecretPem =
  | { readonly state: 'absent' }
  /** The collector kept its size only, as it did before it knew certificates. */
  | { readonly state: 'unread' }
  | { readonly state: 'read'; readonly facts: PemFacts };

/** What is known of the value under a key of a redacted Secret. */
export function secretPem(secret: JsonObject, key: string): SecretPem {
  const keys = objectAt(secret, 'inferscopeKeys');
  if (keys === undefined) return { state: 'unread' };
  const entry = objectAt(keys, key);
  if (entry === undefined) return { state: 'absent' };
  const facts = pemOf(objectAt(entry, 'pem'));
  return facts === undefined ? { state: 'unread' } : { state: 'read', facts };
}

function certificateOf(entry: unknown): CertificateFacts | undefined {
  const subject = textAt(entry, 'subject');
  const issuer = textAt(entry, 'issuer');
  const notBefore = textAt(entry, 'notBefore');
  const notAfter = textAt(entry, 'notAfter');
  const keyType = short(textAt(entry, 'keyType'));
  const publicKey = short(textAt(entry, 'publicKey'));
  if (subject === undefined || issuer === undefined || notBefore === undefined || notAfter === undefined)
    return undefined;
  if (keyType === undefined || publicKey === undefined) return undefined;
  const commonName = short(textAt(entry, 'commonName'));
  const keyBits = numberAt(entry, 'keyBits');
  const signature = short(textAt(entry, 'signature'));
  const usages = textsAt(entry, 'usages');
  const signedBy = numberAt(entry, 'signedBy');
  return {
    subject: subject.slice(0, LONGEST),
    issuer: issuer.slice(0, LONGEST),
    ...(commonName === undefined ? {} : { commonName }),
    names: textsAt(entry, 'names').map((name) => name.toLowerCase()),
    notBefore: notBefore.slice(0, LONGEST),
    notAfter: notAfter.slice(0, LONGEST),
    isAuthority: booleanAt(entry, 'isAuthority') ?? false,
    isSelfSigned: booleanAt(entry, 'isSelfSigned') ?? false,
    keyType,
    ...(keyBits === undefined ? {} : { keyBits }),
    publicKey,
    ...(signature === undefined ? {} : { signature }),
    ...(usages.length === 0 ? {} : { usages }),
    ...(signedBy === undefined ? {} : { signedBy }),
  };
}

function keyOf(entry: JsonObject): PrivateKeyFacts {
  const keyType = short(textAt(entry, 'keyType'));
  const keyBits = numberAt(entry, 'keyBits');
  const publicKey = short(textAt(entry, 'publicKey'));
  const labelWanted = short(textAt(entry, 'labelWanted'));
  return {
    ...(keyType === undefined ? {} : { keyType }),
    ...(keyBits === undefined ? {} : { keyBits }),
    ...(publicKey === undefined ? {} : { publicKey }),
    isEncrypted: booleanAt(entry, 'isEncrypted') ?? false,
    ...(labelWanted === undefined ? {} : { labelWanted }),
  };
}

function short(text: string | undefined): string | undefined {
  return text?.slice(0, LONGEST);
}

function textsAt(value: unknown, name: string): readonly string[] {
  return listAt(value, name)
    .slice(0, MOST)
    .flatMap((text) => (typeof text === 'string' ? [text.slice(0, LONGEST)] : []));
}
