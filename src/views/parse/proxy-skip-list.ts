/**
 * What a list of addresses that go past the proxy (`NO_PROXY`, Arc's proxy-skip-range) lacks for Azure ML in a cluster. Only IPv4 ranges are reckoned with.
 * Pure. Source: azure-ai-docs how-to-troubleshoot-kubernetes-compute.md for 127.0.0.1; AKS http-proxy for the networks of the cluster.
 */

const LONGEST = 8_000;

/** `serviceAddress`: one address of the network of Services. In the order in which they should be written. */
export function skipListLack(list: string, serviceAddress: string | undefined): readonly string[] {
  const entries = list
    .slice(0, LONGEST)
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.includes('*')) return [];
  const holds = (address: string): boolean => entries.some((entry) => isIn(address, entry));
  return [
    ...(holds('127.0.0.1') ? [] : ['127.0.0.1']),
    ...(entries.includes('localhost') ? [] : ['localhost']),
    ...(entries.some(isServiceDomain) ? [] : ['.svc']),
    ...(serviceAddress === undefined ||
    numberOf(serviceAddress) === undefined ||
    entries.some((entry) => entry.includes('/') && isIn(serviceAddress, entry))
      ? []
      : [`the network of Services (${serviceAddress} is of it)`]),
  ];
}

/** `.svc`, `svc.cluster.local`, `*.cluster.local`: a name without its leading dot or star ends names of Services. */
function isServiceDomain(entry: string): boolean {
  const bare = entry.replace(/^\*?\./, '');
  return bare !== '' && ['x.svc', 'x.svc.cluster.local'].some((name) => name.endsWith(`.${bare}`));
}

function isIn(address: string, entry: string): boolean {
  if (entry === address) return true;
  const [base = '', bits = ''] = entry.split('/');
  const one = numberOf(address);
  const other = numberOf(base);
  if (one === undefined || other === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(one / size) === Math.floor(other / size);
}

function numberOf(address: string): number | undefined {
  if (!/^(?:\d{1,3}\.){3}\d{1,3}$/.test(address)) return undefined;
  const parts = address.split('.').map(Number);
  return parts.some((part) => part > 255) ? undefined : parts.reduce((sum, part) => sum * 256 + part, 0);
}
