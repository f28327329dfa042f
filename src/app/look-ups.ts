/** From settings to look-ups: the Graph client and the directory over it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { appsOf } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import type { Logger } from '../core/log.ts';
import { createGraphClient, type GraphClient, type GraphClientOptions } from '../meta-graph/client.ts';
import { createPhoneNumberReads } from '../meta-graph/phone-number-reads.ts';
import { createReadFailureLog } from '../meta-graph/read-failures.ts';
import { createRefusedTokens } from '../meta-graph/refused-tokens.ts';
import { createTokenExpiry } from '../meta-graph/token-expiry.ts';
import { createDirectory, type Directory } from '../phone-numbers/look-ups/directory.ts';
import { createLookUps, type LookUps } from '../phone-numbers/look-ups/look-ups.ts';
import { createNumberCounts } from '../telemetry/metrics/number-counts.ts';
import type { GraphSource } from '../telemetry/metrics/read-metrics.ts';

export interface OpenLookUps {
  readonly client: GraphClient;
  readonly lookUps: LookUps;
  readonly directory: Directory;
  readonly metrics: GraphSource;
  /** Reads of an account's numbers in the last hour. */
  readonly readsLately: (accountId: string) => number;
  /** What the operator should know although webhooks are taken: a token that Meta refuses. */
  readonly problems: () => readonly string[];
}

/**
 * @param settings asked again for what can change while the service runs: token and secret
 * @returns null where there is no token, or `numbers` is not among the roles
 */
export function openLookUps(
  settings: () => StoreSettings,
  log: Logger,
  onCall: GraphClientOptions['onCall'] = () => undefined,
): OpenLookUps | null {
  const fixed = settings();
  const withToken = appsOf(fixed).filter(({ accessToken }) => accessToken !== null);
  const [first] = withToken;
  if (first === undefined || !fixed.ROLES.includes('numbers')) return null;
  const nameOf = (accountId: string | null) =>
    (withToken.find(({ accounts }) => accountId !== null && accounts.includes(accountId)) ?? first).name;
  const currentApp = (name: string) => appsOf(settings()).find((app) => app.name === name);
  const refused = createRefusedTokens(log);

  const client = createGraphClient({
    baseUrl: fixed.META_GRAPH_URL,
    version: fixed.META_GRAPH_VERSION,
    accessToken: (accountId) => currentApp(nameOf(accountId))?.accessToken ?? '',
    appSecret: (accountId) => (fixed.META_APPSECRET_PROOF ? (currentApp(nameOf(accountId))?.secrets[0] ?? null) : null),
    timeoutMs: fixed.META_GRAPH_TIMEOUT_MS,
    fetch: globalThis.fetch,
    now: Date.now,
    random: Math.random,
    sleep,
    onCall,
    onToken: (problem, accountId) => refused.note(nameOf(accountId), problem),
  });
  const accountIds = withToken.flatMap(({ accounts }) => accounts);
  const directory = openDirectory(client, accountIds, fixed.PHONE_NUMBERS_TTL_SECONDS * 1000, log);
  const expiries = withToken.map(({ name, accounts }) => {
    const accessToken = () => currentApp(name)?.accessToken ?? '';
    return {
      name,
      expiresMs: createTokenExpiry({ client, accountId: accounts[0] ?? null, accessToken, now: Date.now }),
    };
  });
  const settingOf = (app: string) => (fixed.META_APPS === undefined ? 'META_ACCESS_TOKEN' : `access_token of ${app}`);
  return {
    client,
    directory,
    lookUps: createLookUps(directory, Date.now),
    metrics: {
      accountIds,
      percentUsed: client.budget.percentOf,
      tokens: () =>
        expiries.map(({ name: app, expiresMs }) => ({ app, refused: refused.isRefused(app), expiresMs: expiresMs() })),
      numbers: createNumberCounts(directory.known),
    },
    readsLately: client.budget.readsLately,
    problems: () =>
      [...refused.problems()].map(
        ([app, problem]) => `Meta refuses ${settingOf(app)}: phone numbers are not read. ${problem}`,
      ),
  };
}

function openDirectory(client: GraphClient, accountIds: readonly string[], ttlMs: number, log: Logger): Directory {
  const reads = createPhoneNumberReads(client, Date.now);
  const logged = createReadFailureLog(log);
  return createDirectory({
    accountIds: [...new Set(accountIds)],
    ttlMs,
    now: Date.now,
    // A refused token has a log line of its own, and an id may well be that of no number.
    list: (accountId) => logged(reads.list(accountId), ['graph_token_invalid']),
    one: (id, accountId) => logged(reads.one(id, accountId), ['graph_token_invalid', 'not_found']),
    account: (accountId) => logged(reads.account(accountId), ['graph_token_invalid', 'not_found']),
  });
}
