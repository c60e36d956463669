/** Where the kinds that make pods keep their pod template. */
import { objectAt, type JsonObject } from '../../model/json.ts';

export function templateOf(body: JsonObject): JsonObject | undefined {
  return objectAt(body, 'spec', 'jobTemplate', 'spec', 'template') ?? objectAt(body, 'spec', 'template');
}
