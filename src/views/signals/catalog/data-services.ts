/**
 * Signals of feature stores and model registries. Data only. Texts: mlflow `models/model.py`,
 * `utils/requirements_utils.py`; feast `errors.py`, `infra/online_stores/redis.py`.
 */
import type { Signal } from '../signal.ts';

export const dataServicesSignals: readonly Signal[] = [
  {
    id: 'mlflow-model-missing',
    component: 'mlflow',
    literals: ['could not find an "mlmodel"'],
    regex: /Could not find an "MLmodel" configuration file at "?(?<path>[^"\s]{1,300})/,
    sample: 'mlflow.exceptions.MlflowException: Could not find an "MLmodel" configuration file at "/mnt/model/MLmodel"',
    meaning: 'the path does not lead to the folder of the model, which holds a file MLmodel',
    fix: 'Point at the folder that holds the file MLmodel.',
    severity: 'fatal',
  },
  {
    id: 'mlflow-requirements-mismatch',
    component: 'mlflow',
    literals: ['detected one or more mismatches'],
    regex: /Detected one or more mismatches between the model's dependencies and the current Python environment:/,
    sample:
      "WARNING mlflow.utils.requirements_utils: Detected one or more mismatches between the model's dependencies and the current Python environment:",
    meaning: 'the installed packages differ from those that the model was saved with',
    fix: 'Install the requirements of the model.',
    severity: 'warning',
  },
  {
    id: 'feast-object-missing',
    component: 'feast',
    literals: ['does not exist'],
    regex: /(?<kind>Feature view|Entity|Feature service|On demand feature view) (?<name>\S{1,100}) does not exist/,
    sample: 'Feature view driver_hourly_stats does not exist in project default',
    meaning: 'the registry of the feature store does not hold that object, as when another project is named',
    fix: 'Run feast apply, or correct the project and the path of the registry.',
    severity: 'failing',
  },
  {
    id: 'feast-redis-url',
    component: 'feast',
    literals: ['invalid literal for int() with base 10'],
    regex: /invalid literal for int\(\) with base 10: '(?<value>\/\/[^']{0,200})'/,
    sample: "ValueError: invalid literal for int() with base 10: '//localhost'",
    meaning: 'the connection string of Feast takes host:port, not a redis:// address',
    fix: 'Write the connection string as host:port without a scheme.',
    severity: 'failing',
  },
];
