/**
 * Makes the declaration of the report from its JSON Schema, for users of the library who have no zod: `z.infer` would be `any` to them.
 * Knows the part of JSON Schema that the report uses, and throws on any other.
 */
import { readFileSync } from 'node:fs';

/** Text of `model/report-schema.d.ts`. */
export function reportDeclaration(schemaFile) {
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8'));
  return `/** Made from docs/schema/report.schema.json. ${schema.description} */
export interface Report ${typeOf(schema, '')}
export type Diagnosis = Report['diagnoses'][number];
export type ReportCause = Diagnosis['causes'][number];
export type ReportFrame = Diagnosis['evidence'][number];
export type ReportGap = Report['gaps'][number];
export type ReportFix = ReportCause['fixes'][number];
/** The zod schema of a report; the part of it that does not need zod to be said. */
export declare const reportSchema: {
  /** Throws where the value is no report. */
  parse(value: unknown): Report;
  safeParse(value: unknown): { success: true; data: Report } | { success: false; error: Error };
};
`;
}

function typeOf(schema, indent) {
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return choice.map((each) => typeOf(each, indent)).join(' | ');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type }, indent)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'number':
    case 'boolean':
      return schema.type;
    case 'array':
      return arrayOf(typeOf(schema.items, indent));
    case 'object':
      return schema.properties
        ? objectType(schema, indent)
        : `Record<string, ${typeOf(schema.additionalProperties, indent)}>`;
    default:
      throw new Error(`no TypeScript for this part of the schema: ${JSON.stringify(schema)}`);
  }
}

function arrayOf(type) {
  return !type.startsWith('{') && type.includes(' | ') ? `(${type})[]` : `${type}[]`;
}

function objectType({ properties, required = [] }, indent) {
  const inner = `${indent}  `;
  const fields = Object.entries(properties).map(([name, schema]) => {
    const note = schema.description === undefined ? '' : `${inner}/** ${schema.description} */\n`;
    return `${note}${inner}${name}${required.includes(name) ? '' : '?'}: ${typeOf(schema, inner)};\n`;
  });
  return `{\n${fields.join('')}${indent}}`;
}
