/**
 * One file of a capture, wherever it comes from: a directory, an archive, standard input. It is read at most once, so that a
 * large capture is never held as a whole.
 */
export interface SourceFile {
  /** Relative to the root of the capture, with `/`. */
  readonly path: string;
  /** Size of the whole file; what `read` gives may be less, see there. */
  readonly size: number;
  /**
   * The bytes, once: the caller owns them and may overwrite them. Of a log (`.txt`) only the last `Bounds.logBytes` are given,
   * of any other file over `Bounds.fileBytes` nothing (undefined).
   * Throws InferscopeProblem IS0003 where the file cannot be read.
   */
  read(): Buffer | undefined;
}

export function isLogFile(path: string): boolean {
  return path.endsWith('.txt') || path.endsWith('.log');
}

/** Hidden files: `.DS_Store`, `._pods.json` of macOS archives, `..data` of mounted ConfigMaps. */
export function isHidden(name: string): boolean {
  return name.startsWith('.');
}

/** A file that is in memory already. */
export function memoryFile(path: string, bytes: Buffer, size: number = bytes.length): SourceFile {
  let held: Buffer | undefined = bytes;
  return {
    path,
    size,
    read: () => {
      const given = held;
      held = undefined;
      return given;
    },
  };
}

/** In the order of their paths, the same for a directory and for its archive. */
export function sortFiles(files: SourceFile[]): SourceFile[] {
  return files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
