/** A problem of the tool itself as text: the code, what was tried, what was found, what to do. */
import type { InferscopeProblem } from '../collect/problem.ts';
import { cleanLine, wrap } from '../report/text.ts';

export function problemText(problem: InferscopeProblem, width: number): string {
  const lines = [`${problem.code}  Inferscope could not do what was asked.`, ''];
  const field = (name: string, text: string): void => {
    for (const [index, line] of wrap(cleanLine(text), Math.max(40, Math.min(width, 100) - 11)).entries()) {
      lines.push(`  ${(index === 0 ? name : '').padEnd(8)} ${line}`);
    }
  };
  field('Tried', problem.tried);
  field('Found', problem.found);
  for (const [index, todo] of problem.todo.entries()) field(index === 0 ? 'Do' : 'Or', todo);
  return `${lines.join('\n')}\n\nMore: inferscope explain ${problem.code}\n`;
}
