/**
 * Reads the text that `explain` is given by `--file` or `-`: as UTF-8, or UTF-16 as PowerShell's `>` writes it. Explains nothing.
 */
import { readFileSync, statSync } from 'node:fs';
import { InferscopeProblem } from '../collect/problem.ts';

const MOST_BYTES = 32 * 1024 * 1024;

export async function readPasted(file: string, stdin: AsyncIterable<Buffer | string>): Promise<string> {
  return decoded(file === '-' ? await readAll(stdin) : readWhole(file));
}

function readWhole(file: string): Buffer {
  try {
    if (statSync(file).size > MOST_BYTES) throw tooLarge(file);
    return readFileSync(file);
  } catch (error) {
    if (error instanceof InferscopeProblem) throw error;
    throw new InferscopeProblem({
      code: 'IS0003',
      tried: `Read the text to explain from ${file}`,
      found: error instanceof Error ? error.message : String(error),
      todo: ['Name a file that holds the error or the log', 'Or pipe it in: … | inferscope explain -'],
      cause: error,
    });
  }
}

async function readAll(stdin: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stdin) {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    size += bytes.length;
    if (size > MOST_BYTES) throw tooLarge('standard input');
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

function tooLarge(from: string): InferscopeProblem {
  return new InferscopeProblem({
    code: 'IS0005',
    tried: `Read the text to explain from ${from}`,
    found: `it is larger than ${MOST_BYTES / 1024 / 1024} MiB`,
    todo: ['Give the end of it, where the last error stands: tail -n 2000 FILE | inferscope explain -'],
  });
}

function decoded(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(bytes.subarray(2, bytes.length & ~1))
      .swap16()
      .toString('utf16le');
  const text = bytes.toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
