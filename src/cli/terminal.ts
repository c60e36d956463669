/** What the terminal can do, and progress on it: only on stderr, only on a TTY. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
}

export function terminalWidth(streams: Streams): number {
  const columns = Number(streams.env['COLUMNS']);
  return streams.stdout.columns ?? (Number.isInteger(columns) && columns > 0 ? columns : 90);
}

/** https://no-color.org: any value but the empty one turns colour off. */
export function useColour(streams: Streams): boolean {
  const { NO_COLOR: noColour, TERM: term, FORCE_COLOR: force } = streams.env;
  if (noColour !== undefined && noColour !== '') return false;
  if (force !== undefined && force !== '' && force !== '0') return true;
  return streams.stdout.isTTY === true && term !== 'dumb';
}

/** Terminals of a locale without UTF-8 get the ASCII twins. */
export function needsAscii(streams: Streams): boolean {
  const locale = streams.env['LC_ALL'] || streams.env['LC_CTYPE'] || streams.env['LANG'] || '';
  return streams.stdout.isTTY === true && locale !== '' && !/utf-?8/i.test(locale);
}

export interface Progress {
  show(text: string): void;
  clear(): void;
}

export function createProgress(streams: Streams): Progress {
  if (streams.stderr.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  return {
    show: (text) => void streams.stderr.write(`\r\u001b[2K${text.slice(0, 100)}`),
    clear: () => void streams.stderr.write('\r\u001b[2K'),
  };
}
