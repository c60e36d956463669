/**
 * Known exceptions to the contracts. These lists only shrink: a test fails where an entry is no longer needed.
 */

/** `view-id: need`: declared, and read by no case and no scenario. */
export const unreadNeeds: readonly string[] = [
  // The engine reads these for the trigger of a rollout (`rolloutTrigger`); of the rules, only one on Deployments uses the view.
  'rollout-history: object ControllerRevision',
  'rollout-history: object DaemonSet',
  'rollout-history: object StatefulSet',
];

/** `IS3101 message-id`: produced by no case and no scenario. */
export const unproducedMessages: readonly string[] = [];
