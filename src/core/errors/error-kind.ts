export interface ErrorKind {
  /** HTTP status, where the error reaches an HTTP caller. */
  readonly status: number;
  /** The same request may succeed later without a change. */
  readonly retry: boolean;
  /** The text that the caller gets. It never repeats input. */
  readonly summary: string;
  /** What the operator can do; goes to the log and to `hubcast describe errors`. */
  readonly fix: string;
}
