/** Reads durations as Go writes them (`time.ParseDuration`): `60s`, `1h30m`, `1.5m`, `500ms`. Pure. */
const PART = /(\d{1,12}(?:\.\d{1,9})?|\.\d{1,9})(ns|us|µs|μs|ms|s|m|h)/y;
const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds; undefined where Go would refuse it. A sign and a bare `0` are allowed. */
export function durationSeconds(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const rest = /^[+-]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return 0;
  if (rest === '' || rest.length > 64) return undefined;
  let total = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < rest.length) {
    const part = PART.exec(rest);
    if (!part) return undefined;
    total += Number(part[1]) * (SECONDS[part[2] ?? ''] ?? 0);
  }
  return sign * total;
}
