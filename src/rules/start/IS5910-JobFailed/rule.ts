/** Symptom: a Job gave up. */
import { defineRule } from '../../define.ts';
import { workloadState } from '../../../views/workload-state.ts';

export default defineRule({
  code: 'IS5910',
  name: 'JobFailed',
  stage: 'start',
  role: 'symptom',
  since: '0.1.0',
  title: 'A Job gave up',
  appliesTo: ['Job'],
  looksAt: 'always',
  effects: ['work-not-done'],
  aliases: ['BackoffLimitExceeded', 'DeadlineExceeded', 'PodFailurePolicy', 'FailedIndexes'],
  needs: { job: workloadState },
  messages: { failed: 'Job {job} failed: {reason}' },
  check({ job }, context) {
    if (job.state === 'unknown') return context.unknown(job.gap);
    if (job.state === 'absent') return context.notApplicable('the Job is gone');
    const { jobFailed, jobSuperseded, cite } = job.value;
    if (jobFailed === undefined) return context.ruledOut('its condition Failed is not True', cite);
    if (jobSuperseded) return context.ruledOut('its CronJob has succeeded since', jobFailed.cite);
    return context.found({
      message: 'failed',
      args: { job: context.on.name, reason: jobFailed.reason || 'Failed' },
      subject: context.on,
      certainty: 'confirmed',
      basis: 'its condition Failed says so',
      since: jobFailed.since,
      cite: [jobFailed.cite],
    });
  },
});
