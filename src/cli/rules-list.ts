/** The command `rules`: every rule with its code, name, stage and one line of what it finds. */
import { STAGES } from '../model/finding.ts';
import { rules } from '../rules/index.gen.ts';
import { truncate } from '../report/text.ts';
import { terminalWidth, type Streams } from './terminal.ts';

export function runRulesList(output: 'text' | 'json', streams: Streams): number {
  if (output === 'json') {
    const list = rules.map(({ code, name, stage, role, since, title, appliesTo, aliases }) => ({
      code,
      name,
      stage,
      role,
      since,
      title,
      appliesTo,
      aliases,
    }));
    streams.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
    return 0;
  }
  const width = terminalWidth(streams);
  for (const stage of STAGES) {
    const ofStage = rules.filter((rule) => rule.stage === stage);
    if (ofStage.length === 0) continue;
    streams.stdout.write(`${stage}\n`);
    for (const rule of ofStage)
      streams.stdout.write(
        `${truncate(`  ${rule.code}  ${rule.name.padEnd(32)} ${rule.title}${rule.role === 'symptom' ? ' (symptom)' : ''}`, width, '…')}\n`,
      );
  }
  streams.stdout.write(`${rules.length} rules. The page of one: inferscope explain CODE\n`);
  return 0;
}
