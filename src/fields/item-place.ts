/** `history[].threads[].messages[]`: the way from the value of a change to its items; a name with `[]` is an array. */
export type ItemPath = string;

export interface PathStep {
  readonly name: string;
  readonly listed: boolean;
}

export function stepsOf(path: ItemPath): readonly PathStep[] {
  return path.split('.').map((step) => {
    const listed = step.endsWith('[]');
    return { name: listed ? step.slice(0, -'[]'.length) : step, listed };
  });
}
