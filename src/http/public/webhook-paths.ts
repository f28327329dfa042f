/** The paths of the public listener, for Express and for the shorter way to the same handler. */

/** As Express writes them: with one Meta app, and with several. */
export const WEBHOOK_PATHS = { ofOnlyApp: '/webhook', ofNamedApp: '/webhook/:app' } as const;

const NAMED_PREFIX = WEBHOOK_PATHS.ofNamedApp.replace(':app', '');
/** Names that no decoding changes. */
const PLAIN_NAME = /^[A-Za-z0-9_-]+$/;

export function pathOf(app: string | null): string {
  return app === null ? WEBHOOK_PATHS.ofOnlyApp : NAMED_PREFIX + app;
}

/**
 * Recognises the targets Meta sends to.
 *
 * @returns the name of the app, null for the only app; undefined for every other target, about which Express decides: a query, an
 *   escaped letter or a slash at the end
 */
export function appOfTarget(target: string): string | null | undefined {
  if (target === WEBHOOK_PATHS.ofOnlyApp) return null;
  if (!target.startsWith(NAMED_PREFIX)) return undefined;
  const name = target.slice(NAMED_PREFIX.length);
  return PLAIN_NAME.test(name) ? name : undefined;
}
