/**
 * Reads the answer of an endpoint that a person pasted: its head (`curl -i`, `curl -v`, the sample program of the studio), or the one line that a client
 * prints of it (requests, urllib, PowerShell, curl). Pure; whose answer it is its headers and the address tell.
 */

export interface HttpHead {
  readonly status: number;
  /** By name in lower case; the first of each. */
  readonly headers: ReadonlyMap<string, string>;
  /** Of the status line, from 1. */
  readonly line: number;
}

/** Second form: the program that the studio offers under "Consume" prints status and headers so. */
const STATUS = /^(?:< )?(?:HTTP\/[0-9](?:\.[0-9])?|The request failed with status code:) ([1-5][0-9]{2})(?: |$)/;
const HEADER = /^(?:< )?([A-Za-z0-9-]{1,100}):[ \t]{0,8}(.{0,1000})$/;
const MOST_HEADERS = 100;

/** What clients print of an answer. A number elsewhere in a line is none. */
const CLIENTS: readonly RegExp[] = [
  // Python requests `Response.raise_for_status`, httpx
  /\b([45][0-9]{2}) (?:Client|Server) Error: .{0,200}? for url:/,
  /(?:Client|Server) error '([45][0-9]{2}) .{0,100}' for url /,
  // Python urllib.error.HTTPError
  /\bHTTP Error ([45][0-9]{2}): /,
  // curl -f
  /^curl: \(22\) The requested URL returned error: ([45][0-9]{2})/,
  // Windows PowerShell, in whatever language; PowerShell 7
  /^(?:Invoke-RestMethod|Invoke-WebRequest) ?: .{0,200}?\(([45][0-9]{2})\)/,
  /^(?:Invoke-RestMethod|Invoke-WebRequest) ?: Response status code does not indicate success: ([45][0-9]{2})/,
];

export function httpHeads(lines: readonly string[]): readonly HttpHead[] {
  const heads: HttpHead[] = [];
  for (const [index, line] of lines.entries()) {
    const status = STATUS.exec(line)?.[1];
    if (status === undefined) {
      const printed = clientStatus(line.slice(0, 2000));
      if (printed !== undefined) heads.push({ status: printed, headers: new Map(), line: index + 1 });
      continue;
    }
    const headers = new Map<string, string>();
    for (const following of lines.slice(index + 1, index + 1 + MOST_HEADERS)) {
      const header = HEADER.exec(following.trimEnd());
      const name = header?.[1]?.toLowerCase();
      if (name === undefined) break;
      if (!headers.has(name)) headers.set(name, header?.[2] ?? '');
    }
    heads.push({ status: Number(status), headers, line: index + 1 });
  }
  return heads;
}

function clientStatus(line: string): number | undefined {
  if (!/[45][0-9]{2}/.test(line)) return undefined;
  for (const pattern of CLIENTS) {
    const status = pattern.exec(line)?.[1];
    if (status !== undefined) return Number(status);
  }
  return undefined;
}

/** Other services of Azure write `x-ms-…`, too: these are the inference server's own (azureml-inference-server-http `routes.py`). */
const OWN_HEADER = /^(?:ms-azureml-|azureml-|x-ms-run-f)/;
/** Managed endpoints; those of a cluster by the path that azureml-fe serves. */
const OWN_ADDRESS = /\binference\.ml\.azure\.|\/api\/v1\/(?:endpoint|service)\/[\w.-]{1,80}\/score\b/i;

/** Whether the answer is that of an endpoint, by its headers or by the address in `text`. */
export function isOfAzure({ headers }: HttpHead, text: string): boolean {
  if ([...headers.keys()].some((name) => OWN_HEADER.test(name))) return true;
  return headers.get('x-ms-server-version')?.startsWith('azmlinfsrv') === true || OWN_ADDRESS.test(text);
}
