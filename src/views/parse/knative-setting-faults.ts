/**
 * Which values of Knative's ConfigMaps its programs refuse, or pass over without a word. Rules as in knative serving pkg/{autoscaler/config,deployment,
 * apis/config,gc}, networking pkg/config; pure. A key that it does not know it leaves alone: newer versions have more.
 */
import { durationSeconds } from './go-duration.ts';

export interface SettingFault {
  readonly key: string;
  readonly value: string;
  /** A clause that goes after `which`: `is no duration`. */
  readonly why: string;
  /** Refused: programs do not start with it, or keep what was before. Ignored: it has no effect. */
  readonly result: 'refused' | 'ignored';
}

type Check = (value: string) => string | undefined;

function number(low: number, high: number, whole = false): Check {
  return (value) => {
    const text = value.trim();
    if (!/^[-+]?(?:\d{1,15}(?:\.\d{1,15})?|\.\d{1,15})(?:[eE][-+]?\d{1,3})?$/.test(text)) return 'is no number';
    const read = Number(text);
    if (whole && !Number.isInteger(read)) return 'is no whole number';
    if (read < low) return `is less than ${low}`;
    return read > high ? `is more than ${high}` : undefined;
  };
}

function duration(low: number, high = Number.POSITIVE_INFINITY): Check {
  return (value) => {
    const seconds = durationSeconds(value.trim());
    if (seconds === undefined) return 'is no duration such as 30s or 5m';
    if (seconds < low) return `is less than ${low} s`;
    return seconds > high ? `is more than ${high} s` : undefined;
  };
}

/** A fraction up to 1, or a percentage. */
const percentage: Check = (value) => {
  const wrong = number(0, 100)(value);
  return wrong ?? (Number(value) === 0 ? 'is zero' : undefined);
};

const boolean: Check = (value) =>
  /^(?:1|0|t|f|T|F|true|false|TRUE|FALSE|True|False)$/.test(value.trim()) ? undefined : 'is neither true nor false';

function oneOf(...words: readonly string[]): Check {
  return (value) => (words.includes(value.trim().toLowerCase()) ? undefined : `is none of ${words.join(', ')}`);
}

const filled: Check = (value) => (value.trim() === '' ? 'is empty' : undefined);

const CHECKS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  'config-autoscaler': {
    'enable-scale-to-zero': boolean,
    'allow-zero-initial-scale': boolean,
    'scale-to-zero-grace-period': duration(6),
    'scale-to-zero-pod-retention-period': duration(0),
    'scale-down-delay': duration(0),
    'stable-window': duration(6, 3600),
    'container-concurrency-target-percentage': percentage,
    'container-concurrency-target-default': number(0.01, 1e9),
    'requests-per-second-target-default': number(1, 1e9),
    'target-burst-capacity': number(-1, 1e9),
    'activator-capacity': number(1, 1e9),
    'max-scale-up-rate': number(1, 1e9),
    'max-scale-down-rate': number(1, 1e9),
    'panic-window-percentage': number(1, 100),
    'panic-threshold-percentage': number(110, 1000),
    'initial-scale': number(0, 1e9, true),
    'min-scale': number(0, 1e9, true),
    'max-scale': number(0, 1e9, true),
    'max-scale-limit': number(0, 1e9, true),
  },
  'config-deployment': {
    'progress-deadline': duration(1),
    'digest-resolution-timeout': duration(0.001),
    'queue-sidecar-image': filled,
  },
  'config-defaults': {
    'revision-timeout-seconds': number(1, 1e9, true),
    'max-revision-timeout-seconds': number(1, 1e9, true),
    'container-concurrency': number(0, 1e9, true),
    'container-concurrency-max-limit': number(1, 1e9, true),
  },
  'config-gc': {},
  'config-network': {
    'ingress-class': filled,
    'external-domain-tls': oneOf('enabled', 'disabled'),
    'auto-tls': oneOf('enabled', 'disabled'),
    'http-protocol': oneOf('enabled', 'disabled', 'redirected'),
    'mesh-compatibility-mode': oneOf('enabled', 'disabled', 'auto'),
    'autocreate-cluster-domain-claims': boolean,
    'rollout-duration': number(0, 1e9, true),
    'system-internal-tls': oneOf('enabled', 'disabled'),
    'cluster-local-domain-tls': oneOf('enabled', 'disabled'),
  },
};

// knative serving pkg/apis/config/features.go asFlag: any other word leaves the flag as it is by default, without an error.
const FLAG =
  /^(?:kubernetes\.podspec-|multi-container|autodetect-http2$|responsive-revision-gc$|tag-header-based-routing$|queueproxy\.)/;
const FLAG_WORDS = /^(?:enabled|allowed|disabled)$/i;

/** Faults of the keys of one ConfigMap, in their order; `name` is the ConfigMap's. */
export function settingFaults(name: string, settings: Readonly<Record<string, string>>): readonly SettingFault[] {
  const faults: SettingFault[] = [];
  const checks = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
  for (const [key, value] of Object.entries(settings)) {
    if (name === 'config-features' && FLAG.test(key) && !FLAG_WORDS.test(value.trim())) {
      faults.push({ key, value, why: 'is none of enabled, allowed, disabled', result: 'ignored' });
      continue;
    }
    const check = checks !== undefined && Object.hasOwn(checks, key) ? checks[key] : undefined;
    const why = check?.(value);
    if (why !== undefined) faults.push({ key, value, why, result: 'refused' });
  }
  return [...faults, ...together(name, settings)];
}

/** Values that are each good and do not go together. */
function together(name: string, settings: Readonly<Record<string, string>>): readonly SettingFault[] {
  const pairs: readonly (readonly [string, string, string])[] =
    name === 'config-defaults'
      ? [
          ['revision-timeout-seconds', 'max-revision-timeout-seconds', '600'],
          ['container-concurrency', 'container-concurrency-max-limit', '1000'],
        ]
      : name === 'config-gc'
        ? [['min-non-active-revisions', 'max-non-active-revisions', '1000']]
        : [];
  return pairs.flatMap(([lower, upper, byDefault]) => {
    const value = settings[lower];
    const limit = settings[upper] ?? byDefault;
    if (value === undefined || !(Number(value) > Number(limit))) return [];
    return [{ key: lower, value, why: `is more than ${upper}, ${limit}`, result: 'refused' as const }];
  });
}
