/** Cause, general: a Job was stopped because it ran for longer than its activeDeadlineSeconds. */
import { fix, manual, patch, verifyWithInferscope } from '../../../fixes/build.ts';
import type { Fix } from '../../../model/finding.ts';
import { numberAt, textAt } from '../../../model/json.ts';
import type { ResourceRef } from '../../../model/reference.ts';
import { ownerTree } from '../../../views/owner-tree.ts';
import { secondsBetween, spanText } from '../../../views/parse/time.ts';
import { workloadState } from '../../../views/workload-state.ts';
import { defineRule } from '../../define.ts';

export default defineRule({
  code: 'IS5503',
  name: 'JobDeadlineExceeded',
  stage: 'start',
  role: 'cause',
  since: '0.1.0',
  title: 'A Job ran for longer than it may',
  // A pod of it that never started is the reason why the time ran out.
  general: true,
  appliesTo: ['Job'],
  effects: ['work-not-done'],
  aliases: ['DeadlineExceeded', 'Job was active longer than specified deadline', 'job-deadline-exceeded'],
  needs: { job: workloadState, owners: ownerTree },
  messages: {
    deadline: 'Job {job} was stopped after {span}: its activeDeadlineSeconds is {limit}',
  },
  check({ job, owners }, context) {
    if (job.state === 'unknown') return context.unknown(job.gap);
    if (job.state === 'absent') return context.notApplicable('the Job is gone');
    const { jobFailed, workload } = job.value;
    const limit = numberAt(workload.body, 'spec', 'activeDeadlineSeconds');
    if (jobFailed === undefined) return context.notApplicable('the Job did not fail');
    // kubernetes pkg/controller/job/job_controller.go: JobReasonDeadlineExceeded.
    if (jobFailed.reason !== 'DeadlineExceeded' || limit === undefined)
      return context.ruledOut('it gave up for another reason', jobFailed.cite);
    const ran = secondsBetween(textAt(workload.body, 'status', 'startTime'), jobFailed.since) ?? limit;
    return context.found({
      message: 'deadline',
      args: { job: context.on.name, span: spanText(ran), limit },
      subject: owners.root,
      certainty: 'confirmed',
      basis: 'its condition Failed gives this reason',
      consequence:
        'The controller ended its pods, whatever they were at, and starts no more. The time counts from the start of the Job, with every try and every wait for a node or an image.',
      since: jobFailed.since,
      cite: [jobFailed.cite, workload.cite('activeDeadlineSeconds', '/spec/activeDeadlineSeconds')],
      fixes: [allowMore(context.on, owners.root, limit)],
    });
  },
});

function allowMore(job: ResourceRef, root: ResourceRef, limit: number): Fix {
  const title = 'Give the Job more time, or find out why it needs so much';
  const verify = verifyWithInferscope(root);
  if (root.kind === 'CronJob') {
    const set = (seconds: number) =>
      patch(root, { spec: { jobTemplate: { spec: { activeDeadlineSeconds: seconds } } } });
    return fix({
      title,
      applicability: 'review',
      effect: 'The next run may take twice as long; the one that failed stays failed.',
      steps: [set(2 * limit)],
      undo: [set(limit)],
      verify,
    });
  }
  return fix({
    title,
    applicability: 'advice',
    effect: `Job ${job.name} is deleted and made anew: one that failed is not started again.`,
    steps: [
      manual(
        `In the manifest of Job ${job.name}: raise activeDeadlineSeconds; then delete the Job and create it again.`,
      ),
    ],
    verify,
  });
}
