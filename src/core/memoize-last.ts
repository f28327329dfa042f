/**
 * The items of a body share their entry, field and mostly their second: what depends on one of these alone is made once
 * for all that follow each other.
 *
 * @param make depends only on its argument
 */
export function memoizeLast<Argument extends string | number | object | null, Result>(
  make: (argument: Argument) => Result,
): (argument: Argument) => Result {
  let last: { readonly argument: Argument; readonly result: Result } | undefined;
  return (argument) => {
    if (last === undefined || last.argument !== argument) last = { argument, result: make(argument) };
    return last.result;
  };
}
