/**
 * Lists the files of a directory without following links and without reading anything that is not a plain file.
 */
import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { InferscopeProblem } from '../problem.ts';
import { sizeText, type Bounds } from './bounds.ts';
import { isHidden, isLogFile, sortFiles, type SourceFile } from './source-file.ts';

/** Throws InferscopeProblem IS0003 (not readable), IS0004 (links, devices), IS0005 (too many files, too large). */
export function directoryFiles(root: string, bounds: Bounds): SourceFile[] {
  const files: SourceFile[] = [];
  let total = 0;
  const visit = (relative: string, depth: number): void => {
    if (depth > bounds.pathDepth) {
      throw refused(root, `${relative} lies deeper than ${bounds.pathDepth} folders`);
    }
    for (const entry of entriesOf(root, relative)) {
      if (isHidden(entry.name)) continue;
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`;
      if (entry.isDirectory()) {
        visit(path, depth + 1);
        continue;
      }
      if (entry.isSymbolicLink()) throw refused(root, `${path} is a link`);
      if (!entry.isFile()) throw refused(root, `${path} is neither a file nor a folder`);
      const { size } = lstatSync(join(root, path));
      total += isLogFile(path) ? Math.min(size, bounds.logBytes) : size;
      files.push({ path, size, read: () => readPlainFile(join(root, path), size, bounds, isLogFile(path)) });
      if (files.length > bounds.files) throw tooLarge(root, `it holds more than ${bounds.files} files`);
      if (total > bounds.totalBytes)
        throw tooLarge(root, `its files are larger than ${sizeText(bounds.totalBytes)} together`);
    }
  };
  visit('', 0);
  return sortFiles(files);
}

function entriesOf(root: string, relative: string) {
  try {
    return readdirSync(join(root, relative), { withFileTypes: true });
  } catch (cause) {
    throw unreadable(join(root, relative), cause);
  }
}

/** The bytes of a file, its end only for a log; undefined where it is over the bound. Reads no further than `size`. */
export function readPlainFile(path: string, size: number, bounds: Bounds, log: boolean): Buffer | undefined {
  if (!log && size > bounds.fileBytes) return undefined;
  const length = log ? Math.min(size, bounds.logBytes) : size;
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    while (filled < length) {
      const count = readSync(descriptor, bytes, filled, length - filled, size - length + filled);
      if (count === 0) break;
      filled += count;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  return bytes.subarray(0, filled);
}

export function unreadable(path: string, cause: unknown): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0003',
    tried: `Read ${path}`,
    found: cause instanceof Error ? cause.message : String(cause),
    todo: ['Check that the file is complete and that you may read it'],
    cause,
  });
}

function refused(root: string, found: string): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0004',
    tried: `Read the capture ${root}`,
    found,
    todo: ['Copy the capture so that it holds plain files and folders only, for example with cp -rL'],
  });
}

function tooLarge(root: string, found: string): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0005',
    tried: `Read the capture ${root}`,
    found,
    todo: ['Name the folder of the capture itself, not one above it', 'Collect fewer namespaces into one capture'],
  });
}
