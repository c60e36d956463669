/** Makes the published JSON Schema of preflight from the schemas that the code itself uses. */
import { z } from 'zod';
import { preflightSchema } from '../../src/model/preflight-schema.ts';

export function preflightSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(preflightSchema, { target: 'draft-2020-12', io: 'output' });
  const { value } = preflightSchema.shape.schemaVersion;
  const document = {
    $schema,
    $id: `urn:inferscope:schema:preflight:v${value}`,
    title: 'Inferscope preflight',
    description: `Output of inferscope preflight -o json, schemaVersion ${value}. Fields are added, never renamed or removed, within a schemaVersion.`,
    ...schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
