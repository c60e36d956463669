/**
 * Reads a tar archive, plain or gzip-compressed, as a stream: nothing is extracted to disk. Members that no capture holds (links,
 * devices, paths that lead outside) end the reading, and so do too many or too large members.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { InferscopeProblem } from '../problem.ts';
import { sizeText, type Bounds } from './bounds.ts';
import { isHidden, isLogFile, memoryFile, sortFiles, type SourceFile } from './source-file.ts';

export type Compression = 'gzip' | 'none';

/** Throws InferscopeProblem IS0003 (truncated, no tar), IS0004 (members that are refused, bombs). */
export async function archiveFiles(path: string, compression: Compression, bounds: Bounds): Promise<SourceFile[]> {
  const members = new Members(path, bounds);
  // Decompression is done here and not by the parser, so that the bound also holds for what lies between the members.
  const parser = new Parser({ strict: false, gzip: false, maxMetaEntrySize: 1024 * 1024 });
  parser.on('entry', (entry: ReadEntry) => members.take(entry));
  parser.on('ignoredEntry', (entry: ReadEntry) => members.check(entry));
  let over = false;
  parser.on('eof', () => {
    over = true;
  });
  parser.on('warn', (code: string, message: string | Error) => members.warned(code, message));
  const file = createReadStream(path, { highWaterMark: 256 * 1024 });
  const source = compression === 'gzip' ? file.pipe(createGunzip({ chunkSize: 256 * 1024 })) : file;
  file.on('error', (error) => source.destroy(error));
  let unpacked = 0;
  try {
    for await (const chunk of source) {
      if (!Buffer.isBuffer(chunk)) continue;
      unpacked += chunk.length;
      if (unpacked > bounds.totalBytes)
        throw refused(path, `unpacked it is larger than ${sizeText(bounds.totalBytes)}`);
      // The parser keeps what follows the end of the archive, and copies all of it at each write: zeros without end would take hours.
      if (!over) parser.write(chunk);
      members.rethrow();
    }
    await ended(parser);
  } catch (cause) {
    if (cause instanceof InferscopeProblem) throw cause;
    throw unreadableArchive(path, unpacked, cause);
  } finally {
    file.destroy();
    source.destroy();
  }
  members.rethrow();
  return sortFiles(members.files);
}

function ended(parser: Parser): Promise<void> {
  return new Promise((resolve, reject) => {
    parser.on('end', resolve);
    parser.on('error', reject);
    parser.end();
  });
}

/** Member types with content; GNU and POSIX names of one thing (tar.5 typeflag). */
const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);
const FOLDERS = new Set(['Directory', 'GNUDumpDir']);
/** Headers about other members, which the parser has read already. */
const HEADERS = new Set([
  'ExtendedHeader',
  'GlobalExtendedHeader',
  'OldExtendedHeader',
  'NextFileHasLongPath',
  'NextFileHasLongLinkpath',
  'OldGnuLongPath',
]);

class Members {
  readonly files: SourceFile[] = [];
  readonly #archive: string;
  readonly #bounds: Bounds;
  #count = 0;
  #problem: InferscopeProblem | undefined;

  constructor(archive: string, bounds: Bounds) {
    this.#archive = archive;
    this.#bounds = bounds;
  }

  /** Problems that arise inside the parser's events are kept until its caller can throw them. */
  rethrow(): void {
    if (this.#problem) throw this.#problem;
  }

  warned(code: string, message: string | Error): void {
    // TAR_ENTRY_INFO and the like are remarks; these three mean that members are missing.
    if (code !== 'TAR_BAD_ARCHIVE' && code !== 'TAR_ENTRY_INVALID' && code !== 'TAR_ABORT') return;
    this.#problem ??= unreadableArchive(this.#archive, undefined, message);
  }

  check(entry: ReadEntry): string | undefined {
    this.#count += 1;
    if (this.#count > this.#bounds.files) return this.#refuse(`it holds more than ${this.#bounds.files} members`);
    if (HEADERS.has(entry.type)) return undefined;
    const name = quote(entry.path);
    if (entry.path.startsWith('/') || /^[A-Za-z]:/.test(entry.path) || entry.path.includes('\\')) {
      return this.#refuse(`the path of member ${name} is absolute or not a POSIX path`);
    }
    const steps = entry.path.split('/').filter((step) => step !== '' && step !== '.');
    if (steps.includes('..') || entry.path.includes('\0'))
      return this.#refuse(`member ${name} leads out of the archive`);
    if (steps.length > this.#bounds.pathDepth) {
      return this.#refuse(`member ${name} lies deeper than ${this.#bounds.pathDepth} folders`);
    }
    if (!FILES.has(entry.type) && !FOLDERS.has(entry.type)) {
      return this.#refuse(`member ${name} is a ${entry.type}, not a file or folder`);
    }
    return FILES.has(entry.type) && !steps.some(isHidden) ? steps.join('/') : undefined;
  }

  take(entry: ReadEntry): void {
    const path = this.check(entry);
    const log = path !== undefined && isLogFile(path);
    if (path === undefined || this.#problem || (!log && entry.size > this.#bounds.fileBytes)) {
      if (path !== undefined && !this.#problem) this.files.push({ path, size: entry.size, read: () => undefined });
      entry.resume();
      return;
    }
    const parts: Buffer[] = [];
    let held = 0;
    entry.on('data', (chunk: Buffer) => {
      parts.push(chunk);
      held += chunk.length;
      if (!log) return;
      for (let first = parts[0]; first && held - first.length >= this.#bounds.logBytes; first = parts[0]) {
        held -= first.length;
        parts.shift();
      }
    });
    entry.on('end', () => {
      const bytes = Buffer.concat(parts);
      const kept =
        log && bytes.length > this.#bounds.logBytes ? bytes.subarray(bytes.length - this.#bounds.logBytes) : bytes;
      this.files.push(memoryFile(path, kept, entry.size));
    });
  }

  #refuse(found: string): undefined {
    this.#problem ??= refused(this.#archive, found);
    return undefined;
  }
}

function quote(path: string): string {
  return JSON.stringify(path.slice(0, 200));
}

function refused(archive: string, found: string): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0004',
    tried: `Read the archive ${archive}`,
    found,
    todo: ['Do not unpack this archive: no capture holds such a member', 'Ask whoever made it for a new capture'],
  });
}

function unreadableArchive(archive: string, offset: number | undefined, cause: unknown): InferscopeProblem {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new InferscopeProblem({
    code: 'IS0003',
    tried: `Read the archive ${archive}`,
    found: `${message}${offset === undefined ? '' : ` after ${offset} unpacked bytes`}`,
    todo: ['Copy the archive again: it may have been cut off on the way', `Check it with tar -tzf ${archive}`],
    cause,
  });
}
