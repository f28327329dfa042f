/** One question to Graph: what every check does about an answer that says nothing of what was asked. */
import { HubcastError, messageOf } from '../core/errors.ts';
import { type GraphError, isGraphError } from '../meta-graph/graph-error.ts';
import type { Notes } from './notes.ts';

/** Of all apps together: when Graph is away it is said once. */
export interface GraphState {
  /** Why no further question is asked, null as long as Graph answers. */
  down: string | null;
}

export const NOT_REACHED = 'Graph could not be reached';

/**
 * @param check its name, for what is skipped
 * @param onRefused told of a refusal that is about what was asked
 * @returns undefined where there is no answer to go on with
 */
export async function askGraph<Answer>(
  { notes, state, check }: { readonly notes: Notes; readonly state: GraphState; readonly check: string },
  ask: () => Promise<Answer>,
  onRefused: (error: GraphError) => void,
): Promise<Answer | undefined> {
  if (state.down !== null) {
    notes.skip(check, state.down);
    return undefined;
  }
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HubcastError && error.code === 'graph_throttled') {
      notes.find('graph_throttled', messageOf(error));
      notes.skip(check, "Meta's limit of calls is used up");
    } else if (!isGraphError(error)) throw error;
    else if (error.code === 'graph_unavailable') {
      // Checks of several accounts run at once.
      if (state.down === null) notes.find('graph_unreachable', error.message);
      else notes.skip(check, state.down);
      state.down = NOT_REACHED;
    } else onRefused(error);
    return undefined;
  }
}
