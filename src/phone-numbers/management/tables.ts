/** Operations and refusals as rows of tables, for `hubcast describe` and the documentation. */
import { MANAGEMENT_OPERATIONS } from './manage.ts';
import { codesText, durationText, REFUSALS } from './refusals.ts';

export function operationRows(): readonly Readonly<Record<'operation' | 'request' | 'does', string>>[] {
  return Object.entries(MANAGEMENT_OPERATIONS).map(([operation, { method, path, about }]) => ({
    operation,
    request: `${method} ${path}`,
    does: about,
  }));
}

/** Meta's refusals. */
export function refusalRows(): readonly Readonly<Record<'code' | 'operation' | 'meaning' | 'todo' | 'wait', string>>[] {
  return REFUSALS.map((refusal) => ({
    code: codesText(refusal),
    operation: refusal.operations?.join(', ') ?? '',
    meaning: refusal.about,
    todo: refusal.todo,
    wait: refusal.waitSeconds === null ? '' : durationText(refusal.waitSeconds),
  }));
}
