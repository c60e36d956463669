/** Makes the published JSON Schema of the report from the schemas that the code itself uses. */
import { z } from 'zod';
import { reportSchema } from '../../src/model/report-schema.ts';

export function reportSchemaText(): string {
  const { $schema, ...schema } = z.toJSONSchema(reportSchema, { target: 'draft-2020-12', io: 'output' });
  const { value } = reportSchema.shape.schemaVersion;
  const document = {
    $schema,
    $id: `urn:inferscope:schema:report:v${value}`,
    title: 'Inferscope report',
    description: `Output of inferscope -o json, schemaVersion ${value}. Fields are added, never renamed or removed, within a schemaVersion.`,
    ...schema,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
