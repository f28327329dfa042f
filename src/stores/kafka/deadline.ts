/** Rejects with `error()` when `work` takes longer. `work` goes on; what becomes of it is ignored. */
export function within<T>(work: Promise<T>, timeoutMs: number, error: () => Error): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(error()), Math.max(1, timeoutMs));
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
