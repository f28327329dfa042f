/** The questions people and services ask, answered from the directory in the words of the contract. */
import { ERRORS, HubcastError } from '../../core/errors.ts';
import { readLimit } from '../../fields/phone-numbers/messaging-limit.ts';
import { PHONE_NUMBER_FIELDS } from '../../meta-graph/phone-number-reads.ts';
import { healthOf } from '../health/health.ts';
import { HEALTH_STATES } from '../health/health-rows.ts';
import type { AccountReading, Directory } from './directory.ts';
import type { LookUpAnswers } from './number-schemas.ts';
import { portfoliosOf } from './portfolio.ts';
import type { LookUpResult } from './search-lists.ts';

export interface LookUpQuestion {
  readonly fresh?: boolean | undefined;
  /** Members of `value` to keep; all when left out. */
  readonly fields?: readonly string[] | undefined;
}

export interface ListQuestion extends LookUpQuestion {
  readonly accountId?: string | undefined;
  /** GREEN, YELLOW, RED, … in any case. */
  readonly quality?: string | undefined;
  readonly status?: string | undefined;
}

export interface LookUps {
  readonly list: (question?: ListQuestion) => Promise<LookUpAnswers['PhoneNumberList']>;
  readonly byId: (id: string, question?: LookUpQuestion) => Promise<LookUpAnswers['PhoneNumber']>;
  readonly byNumber: (
    number: string,
    question?: LookUpQuestion & { readonly accountId?: string | undefined },
  ) => Promise<LookUpAnswers['PhoneNumberByNumber']>;
  readonly health: (question?: {
    readonly accountId?: string | undefined;
    readonly fresh?: boolean | undefined;
  }) => Promise<LookUpAnswers['HealthReport']>;
  readonly healthById: (
    id: string,
    question?: { readonly fresh?: boolean | undefined },
  ) => Promise<LookUpAnswers['PhoneNumberHealth']>;
}

/** Where the answers come from. */
export type LookUpDirectory = Pick<Directory, 'list' | 'byId' | 'byNumber' | 'account'>;

export function createLookUps(directory: LookUpDirectory, now: () => number): LookUps {
  return {
    async list({ accountId, quality, status, fields, fresh } = {}) {
      const kept = checkFields(fields);
      const { numbers, accounts } = await directory.list({ accountId: accountId ?? null, fresh: fresh === true });
      const matching = numbers.filter(
        ({ number: { value } }) => matches(qualityOf(value), quality) && matches(value.status, status),
      );
      return { data: matching.map((found) => toNumber(found, kept)), accounts: accounts.map(toAccount) };
    },

    async byId(id, { fields, fresh } = {}) {
      const kept = checkFields(fields);
      return toNumber(await directory.byId(id, { fresh: fresh === true }), kept);
    },

    async byNumber(text, { accountId, fields, fresh } = {}) {
      const kept = checkFields(fields);
      const found = await directory.byNumber(text, { accountId: accountId ?? null, fresh: fresh === true });
      return {
        ...toNumber(found, kept),
        match: found.guess === null ? 'exact' : 'inferred',
        guess: found.guess,
        also: found.others.map((other) => ({ phone_number_id: other.value.id, account_id: other.accountId })),
      };
    },

    async health({ accountId, fresh } = {}) {
      const { numbers, accounts } = await directory.list({ accountId: accountId ?? null, fresh: fresh === true });
      const data = numbers.map(toHealth);
      const summary = Object.fromEntries(
        HEALTH_STATES.map((state) => [state, data.filter(({ health }) => health.state === state).length]),
      ) as LookUpAnswers['HealthReport']['summary'];
      const known = await Promise.all(
        accounts.map(async (reading) => ({
          accountId: reading.accountId,
          account: reading.fetchedAtMs === null ? null : await directory.account(reading.accountId),
        })),
      );
      const portfolios = portfoliosOf(
        known,
        numbers.map(({ number }) => number),
      );
      return {
        checked_at: new Date(now()).toISOString(),
        summary,
        data,
        portfolios: portfolios.map((portfolio) => ({ ...portfolio, account_ids: [...portfolio.account_ids] })),
        accounts: accounts.map(toAccount),
      };
    },

    async healthById(id, { fresh } = {}) {
      return toHealth(await directory.byId(id, { fresh: fresh === true }));
    },
  };
}

const FIELDS: ReadonlySet<string> = new Set(PHONE_NUMBER_FIELDS);

/** @throws HubcastError `invalid_query` */
function checkFields(fields: readonly string[] | undefined): ReadonlySet<string> | null {
  if (fields === undefined) return null;
  if (!fields.every((name) => FIELDS.has(name))) {
    throw new HubcastError('invalid_query', `fields takes ${PHONE_NUMBER_FIELDS.join(', ')}, between commas.`);
  }
  return new Set(fields);
}

function matches(value: unknown, wanted: string | undefined): boolean {
  return wanted === undefined || (typeof value === 'string' && value === wanted.toUpperCase());
}

function qualityOf({ quality_score: score, quality_rating: rating }: Readonly<Record<string, unknown>>): unknown {
  return rating ?? (typeof score === 'object' && score !== null && 'score' in score ? score.score : undefined);
}

function identityOf({ number, stale, source }: LookUpResult) {
  const { value, accountId, digits, fetchedAtMs } = number;
  return {
    phone_number_id: value.id,
    account_id: accountId,
    display_phone_number: textOf(value.display_phone_number),
    digits,
    fetched_at: new Date(fetchedAtMs).toISOString(),
    stale,
    source,
  };
}

function toNumber(found: LookUpResult, kept: ReadonlySet<string> | null): LookUpAnswers['PhoneNumber'] {
  const { value } = found.number;
  const members = kept === null ? value : Object.fromEntries(Object.entries(value).filter(([name]) => kept.has(name)));
  const limit = value.whatsapp_business_manager_messaging_limit;
  const readable = typeof limit === 'string' || typeof limit === 'number' ? limit : null;
  return { ...identityOf(found), value: members, derived: { limit: readLimit(readable, 'portfolio') } };
}

function toHealth(found: LookUpResult): LookUpAnswers['PhoneNumberHealth'] {
  const { reasons, quality, ...rest } = healthOf(found.number.value);
  return {
    ...identityOf(found),
    verified_name: textOf(found.number.value.verified_name),
    health: { ...rest, reasons: [...reasons], quality: { ...quality, reasons: [...quality.reasons] } },
  };
}

function toAccount({ accountId, fetchedAtMs, stale, failure }: AccountReading) {
  return {
    account_id: accountId,
    fetched_at: fetchedAtMs === null ? null : new Date(fetchedAtMs).toISOString(),
    stale,
    error: failure === null ? null : toFailure(failure),
  };
}

function toFailure({ code, details }: HubcastError) {
  return { code, message: ERRORS[code].summary, ...(details && { details: { ...details } }) };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
