/** Quotes an argv for a POSIX shell, so that a printed command can be copied and run as it stands. */
export function shellCommand(argv: readonly string[]): string {
  return argv.map(shellWord).join(' ');
}

function shellWord(word: string): string {
  if (word !== '' && /^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  // A placeholder such as <PASSWORD> is to be replaced by hand and must not be read as a redirection.
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Breaks a long command between words, each line but the last ending in a backslash; an option keeps its value, and no word is broken. */
export function commandLines(argv: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of partsOf(argv.map(shellWord))) {
    if (line !== '' && line.length + part.length + 3 > width) {
      lines.push(`${line} \\`);
      line = `  ${part}`;
    } else line = line === '' ? part : `${line} ${part}`;
  }
  return [...lines, line];
}

/** An option with its value, any other word alone. */
function partsOf(words: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (const word of words) {
    const before = parts.at(-1);
    if (before !== undefined && /^--?[a-zA-Z-]+$/.test(before) && !word.startsWith('-'))
      parts[parts.length - 1] = `${before} ${word}`;
    else parts.push(word);
  }
  return parts;
}
