/** Makes the published JSON Schema of a trace from the schemas that the code itself uses. */
import { z } from 'zod';
import { traceSchema } from '../../src/model/trace-schema.ts';

export function traceSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(traceSchema, { target: 'draft-2020-12', io: 'output' });
  const { value } = traceSchema.shape.schemaVersion;
  const document = {
    $schema,
    $id: `urn:inferscope:schema:trace:v${value}`,
    title: 'Inferscope trace',
    description: `Output of inferscope trace -o json, schemaVersion ${value}. Fields are added, never renamed or removed, within a schemaVersion.`,
    ...schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
