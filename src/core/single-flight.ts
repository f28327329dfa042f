/** Callers that want the same thing while it is being made share one attempt; the next caller starts a new one. */
export interface SingleFlight<Value> {
  /** @param name what is wanted, where there is more than one thing */
  readonly run: (work: () => Promise<Value>, name?: string) => Promise<Value>;
  readonly isUnderWay: (name?: string) => boolean;
}

export function createSingleFlight<Value>(): SingleFlight<Value> {
  const underWay = new Map<string, Promise<Value>>();
  return {
    run(work, name = '') {
      const shared = underWay.get(name) ?? work().finally(() => underWay.delete(name));
      underWay.set(name, shared);
      return shared;
    },
    isUnderWay: (name = '') => underWay.has(name),
  };
}
