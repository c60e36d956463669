/** What is wrong with the chain behind the certificate of a server: RFC 5246 §7.4.2 wants each certificate to be signed by the next. */
import type { CertificateFacts } from '../../model/pem.ts';
import { fault, type CertificateFault } from './certificate-fault.ts';

/** `leaf`: index of the server's certificate. `now` in milliseconds. */
export function chainFaults(
  certificates: readonly CertificateFacts[],
  leaf: number,
  now: number,
): readonly CertificateFault[] {
  const chain = chainFrom(certificates, leaf);
  const faults: CertificateFault[] = [];
  const first = certificates[leaf];
  const last = certificates[chain.at(-1) ?? leaf];
  if (first === undefined || last === undefined) return faults;
  // The same certificate twice is no other.
  const hasOthers = certificates.some(
    ({ publicKey }, index) => !chain.includes(index) && publicKey !== first.publicKey,
  );
  const { issuer } = last;
  if (!last.isSelfSigned && hasOthers)
    faults.push(
      fault(
        // The chain ends at an authority that clients may well know; at the server's own certificate it never began.
        chain.length === 1 ? 'fatal' : 'warning',
        'chain-broken',
        `the chain is broken: “${last.subject}” is issued by “${issuer}”, and none of the other certificates is its issuer’s`,
        { subject: last.subject, issuer },
      ),
    );
  else if (!last.isSelfSigned && chain.length === 1)
    faults.push(
      fault(
        'warning',
        'intermediate-missing',
        `the file holds no certificate of “${issuer}”, which issued it: clients that do not know this authority refuse it`,
        { issuer },
      ),
    );
  if (leaf === 0 && chain.some((index, place) => index < (chain[place - 1] ?? 0)))
    faults.push(
      fault(
        'warning',
        'chain-unordered',
        'the intermediate certificates are not in the order in which each signs the one before it; clients of TLS 1.2 may refuse that',
      ),
    );
  for (const [place, index] of chain.entries()) {
    const certificate = certificates[index];
    if (place === 0 || certificate === undefined || !(Date.parse(certificate.notAfter) < now)) continue;
    const date = certificate.notAfter.slice(0, 10);
    faults.push(
      fault(
        // Clients that have the root themselves do not look at the one that was sent, and may find another way around a later intermediate.
        place === 1 && !certificate.isSelfSigned ? 'fatal' : 'warning',
        'intermediate-expired',
        `the certificate of its authority “${certificate.subject}” expired on ${date}`,
        { subject: certificate.subject, date },
      ),
    );
  }
  return faults;
}

/** Indices from the leaf upwards, as far as the file goes. */
function chainFrom(certificates: readonly CertificateFacts[], leaf: number): readonly number[] {
  const chain = [leaf];
  let current = certificates[leaf];
  while (current !== undefined && !current.isSelfSigned && current.signedBy !== undefined) {
    if (chain.includes(current.signedBy)) break;
    chain.push(current.signedBy);
    current = certificates[current.signedBy];
  }
  return chain;
}
