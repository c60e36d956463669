/** Commands on the agents of Azure Arc, as argv. */
import type { Step } from '../model/finding.ts';
import { command } from './build.ts';

/** Replaces the list of addresses that go around the proxy, whole (`az connectedk8s update`). */
export function setProxySkipRange(range: string): Step {
  return command(
    [
      'az',
      'connectedk8s',
      'update',
      '--name',
      '<CLUSTER>',
      '--resource-group',
      '<RESOURCE-GROUP>',
      '--proxy-skip-range',
      range,
    ],
    true,
  );
}
