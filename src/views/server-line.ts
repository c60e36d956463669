/**
 * Whether a log line in which some address is listened on is that of the program's own work. Pure text; where it listens is told by
 * `listening.ts`.
 */
import type { SignalMatch } from './signals/index.ts';

/** Lines that name the address of another server: `connecting to tracking server at …`. */
const OF_OTHERS =
  /\b(?:connect(?:s|ed|ing|ion)?|dial(?:ing)?|upstream|proxy(?:ing)?|forward(?:s|ing)?|download(?:ing)?|fetch(?:ing)?|tracking|broker|client|waiting for|failed|refused|unable|cannot|error)\b/i;

const SECONDARY =
  /\b(?:metrics?|prometheus|admin|debug|debugger|pprof|telemetry|management|inspector|inspect|profil(?:er|ing)|dashboard|distributed|rendezvous|nccl)\b/i;

/** uvicorn logs everything, its start too, to a logger of that name (uvicorn config.py LOGGING_CONFIG). */
const UVICORN = /\buvicorn\.error\b/g;

export function namesAnother(text: string): boolean {
  return OF_OTHERS.test(text.replaceAll(UVICORN, 'uvicorn'));
}

/** Measurements or administration beside the work. */
export function isSecondary(text: string): boolean {
  return SECONDARY.test(text);
}

/** The server says that it listens for its work. */
export function isServerLine({ signal, text }: SignalMatch): boolean {
  const line = text.slice(0, 300);
  return signal.id.startsWith('listening') && !namesAnother(line) && !isSecondary(line);
}
