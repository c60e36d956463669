/** All links. A new mechanism is one file and one line here. */
import { causeToSymptom } from './cause-to-symptom.ts';
import { chainToAbove } from './chain-to-above.ts';
import { claimToPod } from './claim-to-pod.ts';
import { componentToDependent } from './component-to-dependent.ts';
import { generalToSpecific } from './general-to-specific.ts';
import { idleToRequests } from './idle-to-requests.ts';
import { makerToMissing } from './maker-to-missing.ts';
import type { Link } from './link.ts';
import { notCreatedToWorkload } from './not-created-to-workload.ts';
import { podToOwner } from './pod-to-owner.ts';
import { podToService } from './pod-to-service.ts';
import { workloadToAutoscaler } from './workload-to-autoscaler.ts';

export const links: readonly Link[] = [
  causeToSymptom,
  generalToSpecific,
  componentToDependent,
  makerToMissing,
  notCreatedToWorkload,
  podToOwner,
  chainToAbove,
  idleToRequests,
  podToService,
  claimToPod,
  workloadToAutoscaler,
];
