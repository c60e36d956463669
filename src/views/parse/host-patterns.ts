/** Which of several patterns of hosts (`*.acme.example`, none for all) serves a host: the most exact one, as Gateway API and Istio have it. Pure text. */

/** Indices of the patterns that serve the host; several only where they are alike. Undefined and `*` are for all hosts. */
export function servingPatterns(host: string, patterns: readonly (string | undefined)[]): readonly number[] {
  const wanted = host.toLowerCase();
  const scores = patterns.map((pattern) => exactness(wanted, (pattern ?? '*').toLowerCase()));
  const best = Math.max(-1, ...scores);
  return best < 0 ? [] : scores.flatMap((score, index) => (score === best ? [index] : []));
}

/** A wildcard of a listener stands for any number of labels (Gateway API v1 Hostname), other than that of a certificate. */
function exactness(host: string, pattern: string): number {
  if (pattern === '*' || pattern === '') return 0;
  if (pattern === host) return 1000;
  return pattern.startsWith('*.') && host.endsWith(pattern.slice(1)) ? pattern.length : -1;
}

/** Names that only pods use, over the Services of the cluster: no certificate of a gateway is for them. */
export function isClusterHost(host: string): boolean {
  return !host.includes('.') || /\.svc(?:\.|$)|\.local$/.test(host);
}
