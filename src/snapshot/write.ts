/**
 * Writes a Snapshot to disk as a capture: a folder, or an archive where the path ends in .tgz, .tar.gz or .tar. It appears whole or not at
 * all. Reading it back gives equal evidence and gaps.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from 'tar';
import { MANIFEST_FILE } from '../collect/captures/manifest.ts';
import { InferscopeProblem } from '../collect/problem.ts';
import type { Snapshot } from '../model/evidence.ts';
import { captureFiles, type FileContent } from './capture-files.ts';

/** A capture tells about a cluster what is nobody else's business: only its owner may read it. */
const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;

/**
 * An existing archive, empty folder or capture at `path` is replaced; any other folder is left alone.
 * Throws InferscopeProblem IS0006 where it cannot be written.
 */
export async function writeCapture(snapshot: Snapshot, path: string): Promise<void> {
  const archive = /\.(?:tgz|tar\.gz|tar)$/.test(path);
  const aside = `${path}.partial-${process.pid}`;
  const folder = archive ? `${aside}.d` : aside;
  try {
    checkTarget(path, archive);
    const files = [...captureFiles(snapshot)].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
    for (const [name, content] of files) writeOne(join(folder, name), content);
    if (archive) {
      const names = files.map(([name]) => name);
      const mtime = new Date(snapshot.takenAt);
      await create(
        { file: aside, cwd: folder, gzip: !path.endsWith('.tar'), portable: true, mtime, mode: PRIVATE_FILE },
        names,
      );
      renameSync(aside, path);
    } else replaceFolder(aside, path);
  } catch (cause) {
    if (cause instanceof InferscopeProblem) throw cause;
    throw notWritable(path, cause instanceof Error ? cause.message : String(cause), cause);
  } finally {
    // Asked first, since removing below a path that is no folder throws even with `force`.
    for (const left of [aside, folder]) if (existsSync(left)) rmSync(left, { recursive: true, force: true });
  }
}

function checkTarget(path: string, archive: boolean): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (archive && !stat.isFile()) throw notWritable(path, 'it exists and is no file');
  if (!archive && !stat.isDirectory()) throw notWritable(path, 'it exists and is no folder');
  if (!archive && !existsSync(join(path, MANIFEST_FILE)) && readdirSync(path).length > 0) {
    throw notWritable(path, 'the folder exists and holds something else than a capture');
  }
}

/** A folder cannot be renamed over one that is not empty: the old capture steps aside first. */
function replaceFolder(aside: string, path: string): void {
  const old = `${aside}.old`;
  const replaces = existsSync(path);
  if (replaces) renameSync(path, old);
  try {
    renameSync(aside, path);
  } catch (error) {
    if (replaces) renameSync(old, path);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

function writeOne(path: string, content: FileContent): void {
  mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_FOLDER });
  if (content.type === 'list') {
    writeList(path, content);
    return;
  }
  const text = content.type === 'text' ? content.text : `${JSON.stringify(content.value, undefined, 1)}\n`;
  writeFileSync(path, text, { mode: PRIVATE_FILE });
}

const BATCH = 1024 * 1024;

function writeList(path: string, list: Extract<FileContent, { readonly type: 'list' }>): void {
  const descriptor = openSync(path, 'w', PRIVATE_FILE);
  try {
    const head = JSON.stringify({ kind: `${list.kind}List`, apiVersion: list.apiVersion, metadata: {} });
    let batch = `${head.slice(0, -1)},"items":[`;
    for (const [index, item] of list.items.entries()) {
      batch += `${index === 0 ? '' : ','}\n${JSON.stringify(item)}`;
      if (batch.length > BATCH) {
        writeAll(descriptor, batch);
        batch = '';
      }
    }
    writeAll(descriptor, `${batch}]}\n`);
  } finally {
    closeSync(descriptor);
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

function notWritable(path: string, found: string, cause?: unknown): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0006',
    tried: `Write the capture ${path}`,
    found,
    todo: ['Name another path', 'Check that the folder exists, may be written to and has space left'],
    cause,
  });
}
