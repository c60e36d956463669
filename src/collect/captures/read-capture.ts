/**
 * The way from a path on disk, or standard input, to a Snapshot. Tells formats apart by their content, never by their name alone.
 * Reads only; never extracts, never follows links.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Snapshot, Timestamp } from '../../model/evidence.ts';
import { snapshotDigest } from '../digest.ts';
import { InferscopeProblem } from '../problem.ts';
import { isApiMirror, readApiMirror } from './api-mirror.ts';
import { archiveFiles, type Compression } from './archive.ts';
import { BOUNDS, type Bounds, sizeText } from './bounds.ts';
import { directoryFiles, readPlainFile, unreadable } from './directory.ts';
import { readKubectlOutput, tooLarge } from './kubectl-output.ts';
import { mergeParts } from './merge.ts';
import type { Part } from './part.ts';
import { memoryFile, type SourceFile } from './source-file.ts';

export interface ReadOptions {
  /** Read for the path `-`. */
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  readonly bounds?: Partial<Bounds>;
  /** The time to assume for input that speaks of none, such as manifests; the clock by default. */
  readonly now?: () => Timestamp;
}

const STANDARD_INPUT = '-';

/**
 * Reads one capture: a mirror (folder, .tar, .tgz), a file or folder of `kubectl get -o yaml|json`, or `-`.
 * Throws InferscopeProblem IS0001 to IS0005.
 */
export async function readCapture(path: string, options: ReadOptions = {}): Promise<Snapshot> {
  return readCaptures([path], options);
}

/** Reads several captures as one. Where two hold the same object, the newer reading counts. */
export async function readCaptures(paths: readonly string[], options: ReadOptions = {}): Promise<Snapshot> {
  const bounds = { ...BOUNDS, ...options.bounds };
  const parts: Part[] = [];
  for (const path of paths) {
    parts.push(path === STANDARD_INPUT ? await readStream(options.stdin, bounds) : await readPath(path, bounds));
  }
  const { takenAt, scope, evidence, gaps } = mergeParts(parts);
  const snapshot: Snapshot = {
    schemaVersion: 1,
    takenAt: takenAt ?? (options.now ?? clock)(),
    source: sourceOf(paths),
    scope,
    evidence,
    gaps,
  };
  return { ...snapshot, digest: snapshotDigest(snapshot) };
}

function clock(): Timestamp {
  return new Date().toISOString();
}

function sourceOf(paths: readonly string[]): string {
  const names = paths.map((path) => (path === STANDARD_INPUT ? 'standard input' : basename(resolve(path))));
  if (names.length === 1) return names[0] === 'standard input' ? 'standard input' : `capture ${names[0] ?? ''}`;
  return `captures ${names.join(', ')}`;
}

async function readPath(path: string, bounds: Bounds): Promise<Part> {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    throw new InferscopeProblem({
      code: 'IS0001',
      tried: `Read the capture ${path}`,
      found: 'there is no such file or folder',
      todo: ['Check the path', 'Make a capture with inferscope collect'],
    });
  }
  if (stat.isDirectory()) return readFiles(directoryFiles(path, bounds), path, bounds);
  if (!stat.isFile()) {
    throw new InferscopeProblem({
      code: 'IS0002',
      tried: `Read the capture ${path}`,
      found: 'it is neither a file nor a folder',
      todo: ['Use - to read standard input', 'Name a file or a folder'],
    });
  }
  const compression = archiveKind(path);
  if (compression !== undefined) {
    if (stat.size > bounds.totalBytes) throw archiveTooLarge(path, stat.size, bounds);
    return readFiles(await archiveFiles(path, compression, bounds), path, bounds);
  }
  if (stat.size > bounds.fileBytes) throw tooLarge(path, stat.size, bounds);
  const read = (): Buffer | undefined => readPlainFile(path, stat.size, bounds, false);
  return readKubectlOutput([{ path: basename(path), size: stat.size, read }], path, true, bounds);
}

function archiveTooLarge(path: string, size: number, bounds: Bounds): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0005',
    tried: `Read the archive ${path}`,
    found: `it is ${sizeText(size)}; the bound for an archive is ${sizeText(bounds.totalBytes)}`,
    todo: ['Collect fewer namespaces, or fewer lines of each log'],
  });
}

const HEAD = 512;

/** By its first bytes: gzip (RFC 1952), or `ustar` at offset 257 (POSIX pax, GNU tar). */
function archiveKind(path: string): Compression | undefined {
  const head = Buffer.alloc(HEAD);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    readSync(descriptor, head, 0, HEAD, 0);
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  return head.toString('latin1', 257, 262) === 'ustar' ? 'none' : undefined;
}

async function readStream(stream: ReadOptions['stdin'], bounds: Bounds): Promise<Part> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > bounds.fileBytes) throw tooLarge('standard input', size, bounds);
    parts.push(bytes);
  }
  return readKubectlOutput([memoryFile('standard input', Buffer.concat(parts))], 'standard input', true, bounds);
}

function readFiles(files: readonly SourceFile[], source: string, bounds: Bounds): Part {
  // A capture may be packed together with its folder.
  for (const candidate of [files, withoutFolder(files)]) {
    if (candidate && isApiMirror(candidate)) return readApiMirror(candidate, bounds);
  }
  return readKubectlOutput(files, source, false, bounds);
}

/** The files below the one folder at the top that is a mirror's; undefined where none is. */
function withoutFolder(files: readonly SourceFile[]): readonly SourceFile[] | undefined {
  const folders = new Set(files.map(({ path }) => path.slice(0, path.indexOf('/') + 1)));
  folders.delete('');
  if (folders.size !== 1) return undefined;
  const [folder = ''] = folders;
  return files
    .filter(({ path }) => path.startsWith(folder))
    .map((file) => ({ path: file.path.slice(folder.length), size: file.size, read: () => file.read() }));
}
