/**
 * Reads one line of an HTTP access log: what was asked and with which status it was answered. Responsible for the shapes that servers print
 * by default; it does not know who asked.
 */
export interface AccessLine {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
}

const LONGEST_LINE = 2000;
const METHODS = 'GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS';

/** Each shape names the groups method, path and status. */
const SHAPES: readonly RegExp[] = [
  // Common log format of uvicorn, gunicorn, werkzeug, nginx, Apache httpd, Envoy: `"GET /readyz HTTP/1.1" 404`.
  new RegExp(`"(?<method>${METHODS}) (?<path>/[^ "]*)(?: HTTP/[\\d.]+)?" (?:- )?(?<status>\\d{3})\\b`),
  // Tornado `web.py` log_request: `404 GET /v1/models/x (10.0.0.1) 0.53ms`.
  new RegExp(`\\b(?<status>\\d{3}) (?<method>${METHODS}) (?<path>/[^ ]*) \\(`),
  // gin `logger.go`: `[GIN] 2026/01/02 - 03:04:05 | 404 | 1.2µs | 10.0.0.1 | GET      "/ready"`.
  new RegExp(
    `\\[GIN\\][^|]*\\|[^\\d|]*(?<status>\\d{3})[^|]*\\|[^|]*\\|[^|]*\\|[^A-Z|]*(?<method>${METHODS})\\s[^"]{0,20}"(?<path>/[^"]*)"`,
  ),
  // morgan `dev` and `tiny`: `GET /ready 404 1.2 ms - 10`.
  new RegExp(`(?:^|\\s)(?<method>${METHODS}) (?<path>/[^ ]*) (?<status>\\d{3}) [\\d.-]+ `),
];

export function parseAccessLine(line: string): AccessLine | undefined {
  const text = line.slice(0, LONGEST_LINE);
  for (const shape of SHAPES) {
    const groups = shape.exec(text)?.groups;
    if (groups?.['method'] === undefined || groups['path'] === undefined || groups['status'] === undefined) continue;
    return { method: groups['method'], path: groups['path'].replace(/[?#].*$/, ''), status: Number(groups['status']) };
  }
  return undefined;
}
