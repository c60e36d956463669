/**
 * Splits text into PEM blocks (RFC 7468), patiently: what OpenSSL or Go would not take is found and said, not skipped. It decodes no contents, and
 * no text of a block leaves except its label.
 */
export interface PemBlock {
  readonly label: string;
  /** Headers of the old form: `Proc-Type: 4,ENCRYPTED` (RFC 1421). */
  readonly isEncrypted: boolean;
  /** Undefined where it cannot be decoded; then `trouble` says why. */
  readonly der: Buffer | undefined;
  readonly trouble?: string;
  readonly isCut: boolean;
}

export interface PemText {
  readonly blocks: readonly PemBlock[];
  /** Something else than space stands outside of its blocks. */
  readonly hasTextAround: boolean;
}

/** Short words only: a label is repeated in reports, and must not be a way out for other text. */
const BEGIN = /-----BEGIN ([A-Z0-9]{1,12}(?: [A-Z0-9]{1,12}){0,4})-----/g;
const MOST_BLOCKS = 256;

export function splitPem(text: string): PemText {
  const blocks: PemBlock[] = [];
  let around = '';
  let behind = 0;
  BEGIN.lastIndex = 0;
  for (let found = BEGIN.exec(text); found !== null && blocks.length < MOST_BLOCKS; found = BEGIN.exec(text)) {
    const label = found[1] ?? '';
    around += text.slice(behind, found.index);
    const start = found.index + found[0].length;
    const endLine = `-----END ${label}-----`;
    const end = text.indexOf(endLine, start);
    const next = text.indexOf('-----BEGIN ', start);
    const isCut = end < 0 || (next >= 0 && next < end);
    const body = text.slice(start, isCut ? (next < 0 ? text.length : next) : end);
    const lineStart = text.lastIndexOf('\n', found.index) + 1;
    const stray = text.slice(lineStart, found.index);
    blocks.push(blockOf(label, body, isCut, stray));
    behind = isCut ? start + body.length : end + endLine.length;
    BEGIN.lastIndex = behind;
  }
  return { blocks, hasTextAround: around.trim() !== '' || (blocks.length > 0 && text.slice(behind).trim() !== '') };
}

function blockOf(label: string, body: string, isCut: boolean, stray: string): PemBlock {
  const isEncrypted = /^\s{0,8}Proc-Type:\s{0,8}4,\s{0,8}ENCRYPTED/i.test(body);
  const common = { label, isEncrypted, isCut };
  if (isCut) return { ...common, der: undefined, trouble: 'it has no END line' };
  // OpenSSL (crypto/pem/pem_lib.c get_name) and Go (encoding/pem Decode) both want it at the beginning of a line.
  if (stray !== '')
    return {
      ...common,
      der: undefined,
      trouble:
        stray.trim() === '' ? 'its BEGIN line is indented' : 'its BEGIN line does not stand at the beginning of a line',
    };
  if (!/^[ \t]{0,64}\r?\n/.test(body))
    return { ...common, der: undefined, trouble: 'its line ends are lost, so that all of it is one line' };
  // OpenSSL 3.0 refuses the block; Go does not.
  if (/\n[ \t]{1,64}(?:\S|$)/.test(body)) return { ...common, der: undefined, trouble: 'its lines are indented' };
  if (isEncrypted) return { ...common, der: undefined };
  // Headers end with an empty line.
  const headersEnd = /^[ \t]{0,64}\r?\n[\w-]{1,40}:/.test(body) ? /\r?\n[ \t]{0,64}\r?\n/.exec(body) : null;
  const base64 = (headersEnd === null ? body : body.slice(headersEnd.index)).replaceAll(/\s+/g, '');
  if (base64 === '') return { ...common, der: undefined, trouble: 'it is empty' };
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    return { ...common, der: undefined, trouble: 'it holds characters that are not of base64' };
  if (base64.length % 4 !== 0)
    return { ...common, der: undefined, trouble: 'characters of its base64 text are missing' };
  return { ...common, der: Buffer.from(base64, 'base64') };
}
