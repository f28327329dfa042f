/** The reads of phone numbers: an account's list, one number, and the account itself. */
import * as z from 'zod';
import type { GraphCall, GraphClient, GraphReply } from './client.ts';
import { GraphError, isGraphError } from './graph-error.ts';

/** A phone number as Graph returns it: Meta's members under Meta's names, all optional except the id. */
export type GraphNumber = Readonly<Record<string, unknown>> & { readonly id: string };

/** Documented, and open to every app. */
export const CORE_FIELDS = [
  'id',
  'display_phone_number',
  'verified_name',
  'status',
  'code_verification_status',
  'quality_rating',
  'platform_type',
  'throughput',
  'account_mode',
  'name_status',
  'last_onboarded_time',
  'webhook_configuration',
] as const;

/** Newer, in beta, or not for every app: one refused field fails the whole call, which is then repeated with the core fields only. */
export const OPTIONAL_FIELDS = [
  'new_name_status',
  'new_display_name',
  'quality_score',
  'whatsapp_business_manager_messaging_limit',
  'is_official_business_account',
  'is_pin_enabled',
  'is_on_biz_app',
  'health_status',
] as const;

export const PHONE_NUMBER_FIELDS: readonly string[] = [...CORE_FIELDS, ...OPTIONAL_FIELDS];

const PAGE_SIZE = 100;
const MAX_PAGES = 200;
/** How long reads omit the optional fields after a refusal. */
const OPTIONAL_PAUSE_MS = 60 * 60_000;

const graphId = z.union([z.string().regex(/^\d{1,20}$/), z.int().nonnegative().transform(String)]);
const graphNumber = z.looseObject({ id: graphId });
const page = z.looseObject({
  data: z.array(z.unknown()),
  paging: z
    .looseObject({
      cursors: z.looseObject({ after: z.string().optional() }).optional(),
      next: z.unknown().optional(),
    })
    .nullish(),
});

export interface FoundNumber {
  readonly number: GraphNumber;
  /** Known if the reply reveals it, by the entities of its health or by its usage header. */
  readonly accountId: string | null;
}

export interface GraphAccount {
  readonly id: string;
  readonly portfolioId: string | null;
  readonly businessVerificationStatus: string | null;
}

export interface PhoneNumberReads {
  /** All pages. @throws GraphError `not_found` when the account does not exist or may not be seen */
  readonly list: (accountId: string) => Promise<readonly GraphNumber[]>;
  /** @param accountId the account whose budget the read uses, if known */
  readonly one: (id: string, accountId: string | null) => Promise<FoundNumber>;
  readonly account: (accountId: string) => Promise<GraphAccount>;
}

export function createPhoneNumberReads(client: GraphClient, now: () => number): PhoneNumberReads {
  let coreOnlyUntilMs = 0;

  /** If Graph refuses the optional fields, reads again with the core fields only. */
  async function getNumbers(call: GraphCall): Promise<GraphReply> {
    const ask = (fields: readonly string[], continuing = call.continuing === true) =>
      client.get({ ...call, query: { ...call.query, fields: fields.join(',') }, continuing });
    if (now() < coreOnlyUntilMs) return ask(CORE_FIELDS);
    try {
      return await ask(PHONE_NUMBER_FIELDS);
    } catch (error) {
      if (!mayBeTheFields(error)) throw error;
      const reply = await ask(CORE_FIELDS, true);
      coreOnlyUntilMs = now() + OPTIONAL_PAUSE_MS;
      return reply;
    }
  }

  return {
    async list(accountId) {
      const numbers: GraphNumber[] = [];
      let after: string | undefined;
      for (let pages = 0; pages < MAX_PAGES; pages += 1) {
        const cursor: Record<string, string> = after === undefined ? {} : { after };
        const call = { path: [accountId, 'phone_numbers'], query: { limit: String(PAGE_SIZE), ...cursor }, accountId };
        const { body } = await getNumbers({ ...call, continuing: after !== undefined });
        const read = page.safeParse(body);
        if (!read.success) throw unreadable(accountId, 'no list of numbers');
        const { data, paging } = read.data;
        for (const item of data) {
          const number = graphNumber.safeParse(item);
          if (number.success) numbers.push(number.data);
        }
        // `next` only shows that another page exists. It is a URL that may contain the token, so it is never followed or kept.
        if (paging?.next == null) return numbers;
        const next = paging.cursors?.after;
        // An incomplete list would make the remaining numbers look removed.
        if (next === undefined || next === after) throw unreadable(accountId, 'more pages, and no way to them');
        after = next;
      }
      throw unreadable(accountId, `more than ${MAX_PAGES} pages`);
    },

    async one(id, accountId) {
      const { body, accountIds } = await getNumbers({ path: [id], accountId }).catch((error) => {
        // Another kind of object has this id: Meta names the fields that it lacks.
        if (isGraphError(error) && error.code === 'graph_refused' && error.failure?.code === 100) {
          throw new GraphError('not_found', error.message, { failure: error.failure, transient: false });
        }
        throw error;
      });
      const number = graphNumber.parse({ ...body, id });
      return { number, accountId: accountId ?? accountOfHealth(number) ?? accountIds[0] ?? null };
    },

    async account(accountId) {
      const { body } = await client.get({
        path: [accountId],
        query: { fields: 'id,business_verification_status,owner_business_info' },
        accountId,
      });
      const owner = z.looseObject({ id: graphId }).safeParse(body.owner_business_info);
      const verification = body.business_verification_status;
      return {
        id: accountId,
        portfolioId: owner.success ? owner.data.id : null,
        businessVerificationStatus: typeof verification === 'string' ? verification : null,
      };
    },
  };
}

/** True for a refusal that fewer fields may avoid; false for token, throttling, connection and missing-object errors. */
function mayBeTheFields(error: unknown): boolean {
  if (!isGraphError(error) || error.failure?.code == null) return false;
  return ['graph_refused', 'graph_permission_missing', 'graph_unavailable'].includes(error.code);
}

function unreadable(accountId: string, what: string): GraphError {
  const message = `GET /${accountId}/phone_numbers: the answer has ${what}.`;
  return new GraphError('graph_unavailable', message, { failure: null, transient: false });
}

const health = z.looseObject({
  entities: z.array(z.looseObject({ entity_type: z.string(), id: graphId.optional() })),
});

/** The entities of a number's health name its account. */
function accountOfHealth(number: GraphNumber): string | null {
  const read = health.safeParse(number.health_status);
  return read.success ? (read.data.entities.find((entity) => entity.entity_type === 'WABA')?.id ?? null) : null;
}
