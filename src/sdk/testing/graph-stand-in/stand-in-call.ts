/** One call that came, without the token and the proof. */
export interface StandInCall {
  readonly method: string;
  /** Without the version: `/102290129340398/phone_numbers`. */
  readonly path: string;
  readonly version: string;
  readonly query: Readonly<Record<string, string>>;
  /** What was sent, PINs and codes included; empty for reads. */
  readonly body: Readonly<Record<string, unknown>>;
}
