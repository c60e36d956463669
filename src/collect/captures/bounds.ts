/**
 * The bounds of what is read from disk, standard input or an archive. Far above any honest capture; a hostile one meets them first.
 */
const MIB = 1024 * 1024;

export interface Bounds {
  /** One JSON or YAML document file, unpacked. V8 strings end at about 512 MiB. */
  readonly fileBytes: number;
  /** Everything in one capture, unpacked, and an archive itself. */
  readonly totalBytes: number;
  readonly files: number;
  readonly pathDepth: number;
  /** Of a log only the newest part up to this is kept. */
  readonly logBytes: number;
}

export const BOUNDS: Bounds = {
  fileBytes: 256 * MIB,
  totalBytes: 2048 * MIB,
  files: 200_000,
  pathDepth: 32,
  logBytes: 8 * MIB,
};

/** `256 MiB`, `5.2 GiB`, `900 bytes`. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 'bytes';
  for (const next of units) {
    if (value < 1024) break;
    value /= 1024;
    unit = next;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${unit}`;
}
