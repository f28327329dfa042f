/** From settings to look-ups: the Graph client, the directory over it, and what is said of their failures. */
import { setTimeout as sleep } from 'node:timers/promises';
import { appsOf } from '../config/meta-apps.ts';
import type { StoreSettings } from '../config/settings.ts';
import { ERRORS, type ErrorCode, HubcastError } from '../core/errors.ts';
import type { Logger } from '../core/log.ts';
import { createLogThrottle } from '../core/log-throttle.ts';
import { createGraphClient, type GraphClient, type GraphClientOptions } from '../meta-graph/client.ts';
import { createPhoneNumberReads } from '../meta-graph/phone-number-reads.ts';
import { createTokenExpiry } from '../meta-graph/token-expiry.ts';
import { createDirectory, type Directory } from '../phone-numbers/look-ups/directory.ts';
import { createLookUps, type LookUps } from '../phone-numbers/look-ups/look-ups.ts';

export interface OpenLookUps {
  readonly client: GraphClient;
  readonly lookUps: LookUps;
  readonly directory: Directory;
  /** Those that can be read. */
  readonly accountIds: readonly string[];
  /** The access token of each app; `expiresMs` is null when it is not known or never. */
  readonly tokens: () => readonly {
    readonly app: string;
    readonly refused: boolean;
    readonly expiresMs: number | null;
  }[];
  /** Reads of an account's numbers in the last hour. */
  readonly readsLately: (accountId: string) => number;
  /** What the operator should know though everything else works: a token that Meta refuses. */
  readonly problems: () => readonly string[];
}

/** The same failure is said once in this time. */
const SAME_FAILURE_MS = 60_000;

/**
 * @param settings asked again for what can change while the service runs: token and secret
 * @returns null where there is no token, or `numbers` is not among the roles
 */
export function openLookUps(
  settings: () => StoreSettings,
  log: Logger,
  onCall?: GraphClientOptions['onCall'],
): OpenLookUps | null {
  const fixed = settings();
  const withToken = appsOf(fixed).filter(({ accessToken }) => accessToken !== null);
  const [first] = withToken;
  if (first === undefined || !fixed.ROLES.includes('numbers')) return null;
  /** By app. */
  const tokenProblems = new Map<string, string>();
  const nameFor = (accountId: string | null) =>
    (withToken.find(({ accounts }) => accountId !== null && accounts.includes(accountId)) ?? first).name;
  const appFor = (accountId: string | null) => {
    const name = nameFor(accountId);
    return appsOf(settings()).find((app) => app.name === name);
  };
  const tokenName = (app: string) => (fixed.META_APPS === undefined ? 'META_ACCESS_TOKEN' : `access_token of ${app}`);
  const mayLog = createLogThrottle({ intervalMs: SAME_FAILURE_MS });

  const client = createGraphClient({
    baseUrl: fixed.META_GRAPH_URL,
    version: fixed.META_GRAPH_VERSION,
    accessToken: (accountId) => appFor(accountId)?.accessToken ?? '',
    appSecret: (accountId) => (fixed.META_APPSECRET_PROOF ? (appFor(accountId)?.secrets[0] ?? null) : null),
    timeoutMs: fixed.META_GRAPH_TIMEOUT_MS,
    fetch: globalThis.fetch,
    now: Date.now,
    random: Math.random,
    sleep,
    ...(onCall === undefined ? {} : { onCall }),
    onToken(problem, accountId) {
      const app = nameFor(accountId);
      const before = tokenProblems.get(app);
      if (problem !== null && before === undefined) {
        const { fix } = ERRORS.graph_token_invalid;
        log.error({ app, diagnosis: problem, fix }, 'Meta refuses the access token; webhooks are not affected');
      }
      if (problem === null && before !== undefined) log.info({ app }, 'Meta accepts the access token again');
      if (problem === null) tokenProblems.delete(app);
      else tokenProblems.set(app, problem);
    },
  });
  const reads = createPhoneNumberReads(client, Date.now);

  /** @param quiet what is no failure: a token's has its own line, and an id may well be of no number */
  async function said<Result>(work: Promise<Result>, quiet: readonly ErrorCode[]): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof HubcastError && !quiet.includes(error.code)) {
        if (mayLog(error.message)) {
          const code = error.code === 'not_found' ? 'account_not_found' : error.code;
          log.warn({ outcome: code, diagnosis: error.message, fix: ERRORS[code].fix }, 'Graph read failed');
        }
      }
      throw error;
    }
  }

  const directory = createDirectory({
    accountIds: [...new Set(withToken.flatMap(({ accounts }) => accounts))],
    ttlMs: fixed.PHONE_NUMBERS_TTL_SECONDS * 1000,
    now: Date.now,
    list: (accountId) => said(reads.list(accountId), ['graph_token_invalid']),
    one: (id, accountId) => said(reads.one(id, accountId), ['graph_token_invalid', 'not_found']),
    account: (accountId) => said(reads.account(accountId), ['graph_token_invalid', 'not_found']),
  });
  const tokenExpiries = withToken.map(({ name, accounts }) => {
    const accessToken = () => appsOf(settings()).find((app) => app.name === name)?.accessToken ?? '';
    const accountId = accounts[0] ?? null;
    return { app: name, expiresMs: createTokenExpiry({ client, accountId, accessToken, now: Date.now }) };
  });
  return {
    client,
    directory,
    accountIds: withToken.flatMap(({ accounts }) => accounts),
    lookUps: createLookUps(directory, Date.now),
    tokens: () =>
      tokenExpiries.map(({ app, expiresMs }) => ({ app, refused: tokenProblems.has(app), expiresMs: expiresMs() })),
    readsLately: client.budget.readsLately,
    problems: () =>
      [...tokenProblems].map(
        ([app, problem]) => `Meta refuses ${tokenName(app)}: phone numbers are not read. ${problem}`,
      ),
  };
}
