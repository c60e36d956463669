/** Quotes an argv for a POSIX shell, so that a printed command can be copied and run as it stands. */
export function shellCommand(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (word !== '' && /^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  // A placeholder such as <PASSWORD> is to be replaced by hand and must not be read as a redirection.
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Breaks a long command between words, each line but the last ending in a backslash; a word is never broken. */
export function commandLines(argv: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of argv.map(shellWord)) {
    if (line !== '' && line.length + word.length + 3 > width && lineHolds(line)) {
      lines.push(`${line} \\`);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** An option and its value stay together. */
function lineHolds(line: string): boolean {
  const last = line.slice(line.lastIndexOf(' ') + 1);
  return !/^--?[a-zA-Z-]+$/.test(last);
}
