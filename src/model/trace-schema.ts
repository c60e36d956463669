/**
 * The TraceReport: the result of `trace` that every renderer and every program reads. The published JSON Schema is generated from here. Fields are added,
 * never renamed or removed, within a schemaVersion.
 */
import { z } from 'zod';

const referenceSchema = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
  uid: z.string().optional(),
});

const answerSchema = z.object({
  status: z.number().optional().describe('Absent where no HTTP answer comes'),
  flag: z.string().optional().describe("Envoy's response flag; - where an upstream answered"),
  words: z.string().describe('The words by which the answer is known'),
});

const hopSchema = z.object({
  id: z.enum([
    'client',
    'address',
    'gateway',
    'policy',
    'route',
    'service',
    'activator',
    'queue-proxy',
    'agent',
    'container',
    'model',
    'step',
  ]),
  title: z.string(),
  object: referenceSchema.optional().describe('The object that decides here'),
  state: z.enum(['passes', 'fails', 'unknown', 'not-reached']),
  says: z.string(),
  facts: z.array(z.object({ name: z.string(), value: z.string() })),
  evidence: z.array(
    z.object({
      evidence: z.string().describe('Id of the evidence, the path of the API where it is an object or a log'),
      label: z.string(),
      pointer: z.string().optional(),
      lines: z.tuple([z.number(), z.number()]).optional(),
    }),
  ),
  gaps: z.array(z.string()).describe('Ids of what could not be seen'),
  answer: answerSchema.optional().describe('What the caller gets here; only where the hop fails'),
  todo: z.string().optional().describe('What is to be done, imperative'),
  command: z.array(z.string()).optional().describe('The command that does it'),
});

const entrySchema = z.object({
  service: z.object({ namespace: z.string(), name: z.string(), port: z.number() }),
  scheme: z.enum(['http', 'https']),
  addresses: z.array(z.object({ host: z.string(), port: z.number(), kind: z.enum(['load-balancer', 'node-port']) })),
  pod: z.object({ namespace: z.string(), name: z.string(), port: z.number() }).optional(),
});

const pathSchema = z.object({
  caller: z.enum(['external', 'cluster-local']),
  target: z.string().describe('Where it ends'),
  percent: z.number().describe('Share of the requests of this host that take it'),
  tag: z.string().optional(),
  host: z.string(),
  port: z.number().optional().describe('Where it is not 80'),
  path: z.string(),
  method: z.string(),
  contentType: z.string().optional(),
  hops: z.array(hopSchema),
  outcome: z.discriminatedUnion('state', [
    z.object({ state: z.literal('passes'), answer: answerSchema }),
    z.object({ state: z.literal('fails'), hop: z.number(), answer: answerSchema }),
    z.object({ state: z.literal('unknown'), hop: z.number() }),
  ]),
  notes: z.array(z.string()).optional().describe('What is not on this path, and why'),
  entry: entrySchema.optional().describe('Where sending a real request starts'),
});

const gapSchema = z.object({
  id: z.string(),
  wanted: z.string(),
  reason: z.string(),
  detail: z.string(),
  unlock: z.string().optional(),
});

const phaseSchema = z.object({
  name: z.enum(['dns', 'connect', 'tls', 'first byte', 'total']),
  milliseconds: z.number(),
});

const sentSchema = z.object({
  path: z.number().describe('Index of the path that was taken'),
  method: z.string(),
  url: z.string(),
  via: z.string().describe('How the gateway was reached'),
  requestHeaders: z.record(z.string(), z.string()).describe('Without the values of those that carry credentials'),
  status: z.number().optional(),
  headers: z.record(z.string(), z.string()),
  body: z.string().describe('Its beginning'),
  error: z.string().optional().describe('Why no answer came'),
  phases: z.array(phaseSchema),
  verdict: z.enum(['as-predicted', 'otherwise', 'not-predicted']),
  compared: z.array(
    z.object({
      hop: z.string(),
      expected: z.string(),
      observed: z.string(),
      state: z.enum(['same', 'differs', 'unseen']),
    }),
  ),
});

export const traceSchema = z.object({
  schemaVersion: z.literal(1),
  tool: z.object({ name: z.literal('inferscope'), version: z.string() }),
  takenAt: z.string(),
  source: z.string(),
  snapshotDigest: z.string().optional(),
  subject: referenceSchema,
  status: z.enum(['passes', 'fails', 'unknown']),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  paths: z.array(pathSchema),
  gaps: z.array(gapSchema),
  sent: sentSchema.optional().describe('Only where a real request was sent'),
});

export type TraceReport = z.infer<typeof traceSchema>;
export type TracePath = z.infer<typeof pathSchema>;
export type TraceHop = z.infer<typeof hopSchema>;
export type TraceSent = z.infer<typeof sentSchema>;
