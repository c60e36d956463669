/** The Report as JSON, as its published schema describes it. */
import type { Report } from '../model/report-schema.ts';

export function renderJson(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
