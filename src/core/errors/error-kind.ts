export interface ErrorKind {
  /** HTTP status, where the error reaches an HTTP caller. */
  readonly status: number;
  /** The same request may succeed later without a change. */
  readonly retry: boolean;
  /** The text that the caller gets. It never repeats input. */
  readonly summary: string;
  /** The hint for the operator, in the log and in `hubcast describe errors`. */
  readonly fix: string;
}
