/** Answers in the shapes that Graph gives: recorded bodies of errors and of success. */

export interface StandInAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const SUCCESS: StandInAnswer = { status: 200, body: { success: true } };

export interface ErrorOptions {
  readonly status?: number;
  readonly type?: string;
  readonly subcode?: number;
  /** `error_user_title` and `error_user_msg`, for people. */
  readonly title?: string;
  readonly userMessage?: string;
  readonly details?: string;
  readonly transient?: boolean;
}

/** Thrown by an operation; becomes its answer. */
export class StandInError extends Error {
  readonly answer: StandInAnswer;

  constructor(code: number, message: string, options: ErrorOptions = {}) {
    super(message);
    this.answer = graphError(code, message, options);
  }
}

export function graphError(code: number, message: string, options: ErrorOptions = {}): StandInAnswer {
  const { status = 400, type = 'OAuthException', subcode, title, userMessage, details, transient } = options;
  return {
    status,
    body: {
      error: {
        // Graph leaves the code out of the message where it gives a subcode.
        message: subcode === undefined ? `(#${code}) ${message}` : message,
        type,
        code,
        ...(subcode === undefined ? {} : { error_subcode: subcode }),
        ...(title === undefined ? {} : { error_user_title: title }),
        ...(userMessage === undefined ? {} : { error_user_msg: userMessage }),
        ...(details === undefined ? {} : { error_data: { messaging_product: 'whatsapp', details } }),
        ...(transient === undefined ? {} : { is_transient: transient }),
        fbtrace_id: 'AStandInTraceId0000000A',
      },
    },
  };
}

/** Recorded for unknown and for foreign ids alike: the two cannot be told apart. */
export function notFound(id: string, method: string): StandInError {
  return new StandInError(
    100,
    `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`,
    { type: 'GraphMethodException', subcode: 33 },
  );
}

/** https://developers.facebook.com/docs/facebook-login/access-tokens/debugging-and-error-handling */
export function debugToken(valid: boolean, expiresAt: number): StandInAnswer {
  const about = valid ? { type: 'SYSTEM_USER', expires_at: expiresAt } : {};
  return { status: 200, body: { data: { is_valid: valid, ...about } } };
}
