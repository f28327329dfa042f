import { notFound, type StandInAnswer, StandInError } from './graph-replies.ts';
import { numbersOf, type StandInNumberState, type State } from './state.ts';

/** Graph's default fields, if the call names none. */
const DEFAULT_FIELDS = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
  'last_onboarded_time',
  'webhook_configuration',
  'id',
];

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  ...DEFAULT_FIELDS,
  'name_status',
  'new_name_status',
  'new_display_name',
  'status',
  'quality_score',
  'messaging_limit_tier',
  'whatsapp_business_manager_messaging_limit',
  'account_mode',
  'is_official_business_account',
  'is_on_biz_app',
  'is_pin_enabled',
  'is_preverified_number',
  'official_business_account',
  'health_status',
  'search_visibility',
  'eligibility_for_api_business_global_search',
  'certificate',
  'new_certificate',
  'conversational_automation',
  'country_code',
  'country_dial_code',
  'unified_cert_status',
  'username',
]);

export interface StandInReadOptions {
  /** Fields that this app may not request: the whole call fails, as with Graph. */
  readonly unavailableFields: ReadonlySet<string>;
  /** Lists that fit in one page come without `paging`, as in Meta's guide. */
  readonly bareLists: boolean;
  /** Base URL with the version, for `paging.next`. */
  readonly baseUrl: string;
  /** `paging.next` carries it: users saw that, and clients must not log it. */
  readonly accessToken: string;
}

export function readNumber(
  number: StandInNumberState,
  query: URLSearchParams,
  options: StandInReadOptions,
): StandInAnswer {
  return { status: 200, body: pick(number.members, fieldsOf(query, options)) };
}

const MAX_PAGE = 100;
const DEFAULT_PAGE = 25;

export function listNumbers(
  state: State,
  accountId: string,
  query: URLSearchParams,
  options: StandInReadOptions,
): StandInAnswer {
  const fields = fieldsOf(query, options);
  const limit = Math.min(Number(query.get('limit') ?? DEFAULT_PAGE), MAX_PAGE);
  const wanted = query.get('display_phone_number');
  const all = numbersOf(state, accountId).filter(
    ({ members }) => wanted === null || members.display_phone_number.replace(/\D/g, '') === wanted,
  );
  const after = query.get('after');
  const from = after === null ? 0 : all.findIndex(({ members }) => cursorOf(members.id) === after) + 1;
  if (after !== null && from === 0) throw new StandInError(100, 'Invalid cursors values');
  const page = all.slice(from, from + limit);
  const data = page.map(({ members }) => pick(members, fields));
  const first = page[0];
  const last = page.at(-1);
  const more = from + limit < all.length;
  if (first === undefined || last === undefined || (options.bareLists && !more && from === 0)) {
    return { status: 200, body: { data } };
  }
  const cursors = { before: cursorOf(first.members.id), after: cursorOf(last.members.id) };
  const next = new URLSearchParams({
    access_token: options.accessToken,
    limit: String(limit),
    after: cursors.after,
  });
  const paging = more ? { cursors, next: `${options.baseUrl}/${accountId}/phone_numbers?${next}` } : { cursors };
  return { status: 200, body: { data, paging } };
}

const ACCOUNT_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'status',
  'business_verification_status',
  'owner_business_info',
]);

export function readAccount(state: State, id: string, query: URLSearchParams): StandInAnswer {
  const account = state.accounts.get(id);
  if (account === undefined) throw notFound(id, 'GET');
  const unknown = (query.get('fields') ?? 'id').split(',').find((name) => !ACCOUNT_FIELDS.has(name));
  if (unknown !== undefined) throw nonexisting(unknown, 'WhatsAppBusinessAccount');
  return {
    status: 200,
    body: {
      id,
      name: account.name ?? 'Lucky Shrub',
      business_verification_status: account.businessVerificationStatus ?? 'not_verified',
      ...(account.portfolioId === undefined
        ? {}
        : { owner_business_info: { id: account.portfolioId, name: account.name ?? 'Lucky Shrub' } }),
    },
  };
}

function fieldsOf(query: URLSearchParams, { unavailableFields }: StandInReadOptions): readonly string[] {
  const asked = query.get('fields');
  if (asked === null || asked === '') return DEFAULT_FIELDS;
  const fields = asked.split(',');
  const unknown = fields.find((name) => !KNOWN_FIELDS.has(name) || unavailableFields.has(name));
  if (unknown !== undefined) {
    throw nonexisting(unknown, 'WhatsAppBusinessPhoneNumber');
  }
  return [...new Set([...fields, 'id'])];
}

/** A field without a value is left out. */
function pick(members: Readonly<Record<string, unknown>>, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((name) =>
      members[name] === undefined || members[name] === null ? [] : [[name, members[name]] as const],
    ),
  );
}

function cursorOf(id: string): string {
  return Buffer.from(`cursor ${id}`).toString('base64url');
}

function nonexisting(field: string, node: string): StandInError {
  return new StandInError(100, `Tried accessing nonexisting field (${field}) on node type (${node})`);
}
