/**
 * Reads and writes Kubernetes quantities (apimachinery `pkg/api/resource/quantity.go`).
 * Responsible for numbers and units; it does not know which resource a node or pod has.
 */

const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?$/;

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

const BINARY_UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

/** In base units (cores, bytes, pieces); undefined where the text is no quantity. Plain numbers are taken as they are. */
export function parseQuantity(text: unknown): number | undefined {
  if (typeof text === 'number') return Number.isFinite(text) ? text : undefined;
  if (typeof text !== 'string' || text.length > 64) return undefined;
  const match = QUANTITY.exec(text.trim());
  if (!match) return undefined;
  const [, digits = '', exponent, suffix] = match;
  // Milli and below are divided, not multiplied: 1500 / 1000 is exact where 1500 * 0.001 need not be.
  const factor = suffix === undefined ? 1 : (FACTORS[suffix] ?? 1);
  const value = factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(digits + (exponent ?? '')) * factor;
  return Number.isFinite(value) ? value : undefined;
}

/** `2`, or `1500m` where cores are not whole; anything above zero is at least `1m`, as Kubernetes rounds up. */
export function formatCpu(cores: number): string {
  if (Number.isInteger(cores)) return String(cores);
  const milli = Math.round(cores * 1000);
  if (milli === 0) return cores > 0 ? '1m' : '0';
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/**
 * Bytes in binary units, e.g. `256Mi` or `12.6Gi`. Exact where few digits allow it (`1280Mi`, not `1.3Gi`), otherwise
 * rounded to one decimal.
 */
export function formatMemory(bytes: number): string {
  const size = Math.abs(bytes);
  let power = 0;
  while (power < BINARY_UNITS.length - 1 && size >= 1024 ** (power + 1)) power += 1;
  if (power === 0) return String(Math.round(bytes));
  const value = bytes / 1024 ** power;
  if (Number.isInteger(value * 10)) return `${value}${BINARY_UNITS[power] ?? ''}`;
  const lower = bytes / 1024 ** (power - 1);
  if (Number.isInteger(lower) && Math.abs(lower) < 10_000) return `${lower}${BINARY_UNITS[power - 1] ?? ''}`;
  const rounded = Math.round(value * 10) / 10;
  if (Math.abs(rounded) >= 1024 && power < BINARY_UNITS.length - 1)
    return `${rounded / 1024}${BINARY_UNITS[power + 1]}`;
  return `${rounded}${BINARY_UNITS[power] ?? ''}`;
}

/** In the unit people use for this resource; quota names such as `requests.memory` are understood. */
export function formatQuantity(resource: string, value: number): string {
  const plain = resource.replace(/^(?:requests|limits)\./, '');
  if (plain === 'cpu') return formatCpu(value);
  if (/^(?:memory|storage|ephemeral-storage|hugepages-.+)$/.test(plain)) return formatMemory(value);
  return String(Math.round(value * 1000) / 1000);
}
