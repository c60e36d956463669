/**
 * The Report: the one result that every renderer and every program reads. The published JSON Schema is generated from here.
 * Fields are added, never renamed or removed, within a schemaVersion. Type-only imports of this file cost nothing at run time.
 */
import { z } from 'zod';

const referenceSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  uid: z.string().optional(),
});

const stageSchema = z.enum([
  'tool',
  'admission',
  'scheduling',
  'images',
  'model',
  'start',
  'readiness',
  'traffic',
  'behaviour',
  'platform',
]);
const certaintySchema = z.enum(['confirmed', 'likely', 'possible']);

const stepSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), argv: z.array(z.string()), mutates: z.boolean() }),
  z.object({ kind: z.literal('manual'), text: z.string() }),
]);

const fixSchema = z.object({
  title: z.string().describe('Imperative, one line'),
  applicability: z.enum(['safe', 'review', 'fill-in', 'advice']),
  effect: z.string(),
  steps: z.array(stepSchema),
  undo: z.array(stepSchema),
  verify: stepSchema,
  lasting: z.string().optional().describe('Who owns the field (Helm, Argo CD) and what that means for the fix'),
});

export const causeSchema = z.object({
  fingerprint: z.string().describe('Stable over pod restarts and reports'),
  code: z.string().regex(/^IS\d{4}$/),
  name: z.string(),
  stage: stageSchema,
  certainty: certaintySchema,
  basis: z.string().describe('Why that certainty'),
  message: z.object({
    id: z.string(),
    args: z.record(z.string(), z.union([z.string(), z.number()])),
    text: z.string(),
  }),
  consequence: z.string().optional(),
  subject: referenceSchema.describe('The object at fault'),
  container: z.string().optional(),
  affects: z.array(referenceSchema),
  since: z.string().optional(),
  evidence: z.array(z.number()).describe('Numbers of the frames that prove it'),
  fixes: z.array(fixSchema),
});

export const frameSchema = z.object({
  number: z.number(),
  evidence: z.string().describe('Id of the evidence, the path of the API where it is an object or a log'),
  title: z.string(),
  note: z.string().describe('How complete it is and when it was read'),
  lines: z.array(z.object({ number: z.number().optional(), text: z.string(), marked: z.boolean() })),
  label: z.string().describe('What the marked lines show'),
});

const chainStepSchema = z.object({
  text: z.string(),
  object: referenceSchema.optional(),
  code: z.string().optional(),
  evidence: z.array(z.number()),
  asked: z.boolean().describe('The person saw this'),
});

export const gapSchema = z.object({
  id: z.string(),
  wanted: z.string(),
  reason: z.enum([
    'forbidden',
    'timeout',
    'expired',
    'too-large',
    'unsupported',
    'not-requested',
    'out-of-scope',
    'failed',
  ]),
  detail: z.string(),
  unlock: z.string().optional(),
  blinds: z.array(z.string()).describe('Codes that could not be decided without it'),
});

const checkSchema = z.object({
  code: z.string(),
  name: z.string(),
  stage: stageSchema,
  state: z.enum(['found', 'ruled-out', 'not-applicable', 'unknown', 'not-reached', 'crashed']),
  because: z.string(),
});

const azureReasonSchema = z.object({
  text: z.string().describe('A reason that the documents give for the name'),
  state: z
    .enum(['proven', 'excluded', 'open', 'ask'])
    .describe(
      'proven, excluded: by the cluster. open: the cluster could show it and did not decide. ask: only Azure can tell',
    ),
  codes: z.array(z.string()).describe('Codes that prove it'),
  question: z.string().optional(),
  argv: z.array(z.string()).optional().describe('The command that asks Azure; it changes nothing'),
  answer: z.string().optional().describe('What the answer means'),
});

const azureSchema = z.object({
  reported: z
    .array(
      z.object({
        name: z.string(),
        where: z.string().describe('Who says so: the status of an object, or the text that was given'),
        evidence: z.array(z.number()),
        meaning: z.string(),
        reasons: z.array(azureReasonSchema),
      }),
    )
    .describe('Names of errors that Azure ML gives; never a cause'),
  calledInAzure: z.array(z.string()).describe('Names under which Azure ML shows the cause that was found'),
});

const diagnosisSchema = z.object({
  subject: referenceSchema.describe('What was asked about, or the first victim'),
  asked: z.boolean(),
  status: z.enum(['healthy', 'explained', 'undecided', 'unreadable']),
  impact: z.object({
    state: z.string().describe('NOT READY, DEGRADED, READY …'),
    text: z.string(),
    desired: z.number().optional(),
    serving: z.number().optional(),
    since: z.string().optional(),
  }),
  victims: z.array(referenceSchema).describe('Every workload that this cause breaks'),
  causes: z.array(causeSchema).describe('The cause first; further independent causes of the same trouble after it'),
  candidates: z.array(causeSchema).describe('Undecided only: what fits, not proven'),
  trigger: z.object({ at: z.string(), change: z.string(), diff: z.array(z.string()) }).optional(),
  why: z.array(chainStepSchema).describe('From the cause down to what the person saw'),
  evidence: z.array(frameSchema),
  unexplained: z.array(z.object({ code: z.string(), text: z.string(), subject: referenceSchema })),
  alsoWrong: z.array(causeSchema),
  next: z.array(z.string()).describe('Readings that would decide or say more'),
  azure: azureSchema.optional().describe('Objects of Azure ML only'),
  checks: z.array(checkSchema),
});

export const reportSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('inferscope'), version: z.string() }),
  takenAt: z.string(),
  source: z.string(),
  snapshotDigest: z
    .string()
    .optional()
    .describe('The evidence that this report rests on; the same evidence gives the same report'),
  scope: z.object({ namespaces: z.union([z.array(z.string()), z.literal('all')]), asked: z.array(z.string()) }),
  status: z.enum(['healthy', 'explained', 'undecided', 'unreadable']),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  read: z.object({ objects: z.number(), events: z.number(), logs: z.number() }),
  diagnoses: z.array(diagnosisSchema),
  gaps: z.array(gapSchema),
});

export type Report = z.infer<typeof reportSchema>;
export type Diagnosis = z.infer<typeof diagnosisSchema>;
export type ReportCause = z.infer<typeof causeSchema>;
export type ReportFrame = z.infer<typeof frameSchema>;
export type ReportGap = z.infer<typeof gapSchema>;
export type ReportAzure = z.infer<typeof azureSchema>;
export type ReportFix = z.infer<typeof fixSchema>;
