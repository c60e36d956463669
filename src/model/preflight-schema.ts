/**
 * The report of preflight: which checks failed, passed, could not be made, and what the cluster's own health check said. Plain data; renderers read
 * nothing else. Fields are added, never renamed or removed, within a schemaVersion.
 */
import { z } from 'zod';
import { causeSchema, frameSchema, gapSchema } from './report-schema.ts';

const profileSchema = z.enum(['azureml', 'kserve', 'kubernetes']);
const phaseSchema = z.enum(['pre-install', 'pre-upgrade', 'pre-rollback', 'pre-delete']);

const checkSchema = z.object({
  code: z.string().regex(/^IS\d{4}$/),
  name: z.string(),
  profile: profileSchema,
  title: z.string().describe('What it judges: `load balancer support`'),
  foreignCode: z.string().optional().describe("Code of the same check in the extension's own health check: `E40001`"),
  weight: z.enum(['blocking', 'advisory']),
  state: z.enum(['failed', 'passed', 'not-applicable', 'not-checked', 'crashed']),
  text: z.string().describe('Failed: what is wrong. Passed: why. Not applicable or not checked: why not'),
  findings: z.array(causeSchema).describe('What is wrong, with proof and fixes; empty unless failed'),
  evidence: z.array(z.number()).describe('Numbers of the frames that prove it passed'),
  gaps: z.array(z.string()).describe('Ids of the gaps that keep it from being made'),
});

const reportedLineSchema = z.object({
  checker: z.string(),
  passed: z.boolean(),
  code: z.string().optional(),
  message: z.string().optional(),
  meaning: z.string().optional().describe('What the code means; absent where nobody knows it'),
  own: z.string().optional().describe('Code of the check of ours that judges the same'),
  comparison: z
    .enum(['agrees', 'fixed-since', 'not-seen-then', 'not-compared'])
    .describe('Against what preflight finds now; not-compared: no check of ours decides it'),
});

const healthCheckSchema = z.object({
  parts: z.array(
    z.object({
      part: z.string().describe('`pre-install`, `pre-upgrade`, `pre-rollback`, `pre-delete`, `test`'),
      matters: z.boolean().describe('The part to read for the phase asked about'),
      date: z.string().optional().describe('RFC 3339'),
      details: z.record(z.string(), z.string()).describe('Other fields of its head, as written'),
      lines: z.array(reportedLineSchema),
      unread: z.array(z.string()).describe('Lines that are no result; a report that was cut ends with one'),
    }),
  ),
  evidence: z.array(z.number()),
  missed: z
    .array(z.object({ code: z.string(), foreignCode: z.string(), text: z.string() }))
    .describe('What preflight finds now and the report of the cluster did not see then'),
});

export const preflightSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('inferscope'), version: z.string() }),
  takenAt: z.string(),
  source: z.string(),
  snapshotDigest: z.string().optional(),
  phase: phaseSchema,
  profiles: z.array(z.object({ profile: profileSchema, because: z.string() })),
  settings: z.array(
    z.object({ name: z.string(), value: z.string(), origin: z.enum(['given', 'assumed', 'protected']) }),
  ),
  status: z.enum(['passed', 'failed', 'unknown']),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  checks: z.array(checkSchema),
  evidence: z.array(frameSchema),
  healthCheck: healthCheckSchema.optional(),
  gaps: z.array(gapSchema),
});

export type PreflightReport = z.infer<typeof preflightSchema>;
export type PreflightResult = PreflightReport['checks'][number];
export type ReportedHealthCheck = z.infer<typeof healthCheckSchema>;
