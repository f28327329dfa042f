/** A number's health: one state, its reasons and the recommended actions, computed from Graph's members. */
import * as z from 'zod';
import { readLimit } from '../../fields/phone-numbers/messaging-limit.ts';
import type { GraphNumber } from '../../meta-graph/phone-number-reads.ts';
import { appNumberOf, CONNECT_APP_NUMBER } from './app-number.ts';
import {
  CAN_SEND_ROWS,
  CODE_ROWS,
  type HealthState,
  type Level,
  NAME_STATUS_ROWS,
  NEW_NAME_STATUS_ROWS,
  PLATFORM_ROWS,
  QUALITY_ROWS,
  type Row,
  rowOf,
  STATUS_ROWS,
  THROUGHPUT_ROWS,
} from './health-rows.ts';

export interface Reason {
  /** The member of Meta's node it was read from. */
  readonly member: string;
  /** Its value, as text; null where the member is absent. */
  readonly value: string | null;
  readonly level: Level;
  readonly about: string;
  readonly todo: string;
}

export interface Health {
  readonly state: HealthState;
  /** First those that made the state, then the others. */
  readonly reasons: readonly Reason[];
  readonly quality: {
    readonly rating: string | null;
    readonly date: string | null;
    readonly reasons: readonly string[];
  };
  readonly limit: ReturnType<typeof readLimit>;
  /** Coexistence: the number is used in the WhatsApp Business app as well. */
  readonly on_business_app: boolean | null;
  readonly sandbox: boolean;
}

/** Beyond it `Date` has no time. */
const MAX_SECONDS = 8.64e12;

const text = z.string().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
const node = z.looseObject({
  status: text,
  name_status: text,
  new_name_status: text,
  quality_rating: text,
  quality_score: z
    .looseObject({
      score: text,
      date: z.number().min(0).max(MAX_SECONDS).nullish().catch(null),
      reasons: z.array(z.string()).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  platform_type: text,
  account_mode: text,
  code_verification_status: text,
  throughput: z.looseObject({ level: text }).nullish().catch(null),
  is_pin_enabled: flag,
  is_on_biz_app: flag,
  whatsapp_business_manager_messaging_limit: z.union([z.string(), z.number()]).nullish().catch(null),
  messaging_limit_tier: z.union([z.string(), z.number()]).nullish().catch(null),
  health_status: z
    .looseObject({
      can_send_message: text,
      entities: z
        .array(
          z.looseObject({
            entity_type: text,
            can_send_message: text,
            additional_info: z.array(z.string()).nullish().catch(null),
            errors: z
              .array(
                z.looseObject({
                  error_code: z.number().nullish().catch(null),
                  error_description: text,
                  possible_solution: text,
                }),
              )
              .nullish()
              .catch(null),
          }),
        )
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
});
type Node = z.output<typeof node>;

export function healthOf(number: GraphNumber): Health {
  const read = node.parse(number);
  const sandbox = read.account_mode === 'SANDBOX';
  const judged = [...memberReasons(read), ...pinReasons(read), ...entityReasons(read)];
  const reasons = sandbox ? [SANDBOX, ...judged.map((reason) => ({ ...reason, level: 'info' as const }))] : judged;
  const state = sandbox ? 'ok' : stateOf(reasons, read);
  const score = read.quality_score;
  const limit = read.whatsapp_business_manager_messaging_limit ?? read.messaging_limit_tier ?? null;
  return {
    state,
    reasons: reasons.filter(({ level }) => level !== 'ok').sort((a, b) => WEIGHT[b.level] - WEIGHT[a.level]),
    quality: {
      rating: read.quality_rating ?? score?.score ?? null,
      date: score?.date == null ? null : new Date(score.date * 1000).toISOString(),
      reasons: score?.reasons ?? [],
    },
    limit: readLimit(limit, 'portfolio'),
    on_business_app: read.is_on_biz_app ?? null,
    sandbox,
  };
}

/** Worst first. A number that is being set up is not broken, whatever else is missing. */
const WEIGHT: Readonly<Record<Level, number>> = { blocked: 5, setting_up: 4, warn: 3, unknown: 2, ok: 1, info: 0 };

function stateOf(reasons: readonly Reason[], { status }: Node): HealthState {
  const own = typeof status === 'string' ? rowOf(STATUS_ROWS, status, 'status').level : 'unknown';
  const levels = reasons.map(({ level }) => level);
  if (own === 'setting_up') return 'setting_up';
  const worst = levels.reduce<Level>((found, level) => (WEIGHT[level] > WEIGHT[found] ? level : found), 'info');
  return worst === 'info' ? 'ok' : worst;
}

const SANDBOX: Reason = {
  member: 'account_mode',
  value: 'SANDBOX',
  level: 'info',
  about: "This is Meta's test number; what is missing on it is meant to be.",
  todo: '',
};

function memberReasons(read: Node): Reason[] {
  const inApp = appNumberOf(read) === 'certain';
  const status = forApp(of('status', STATUS_ROWS, read.status) ?? STATUS_NOT_TOLD, inApp);
  const settingUp = status.level === 'setting_up';
  const quality = read.quality_rating ?? read.quality_score?.score;
  const platform = forApp(of('platform_type', PLATFORM_ROWS, read.platform_type), inApp);
  const reasons = [
    status,
    of('name_status', NAME_STATUS_ROWS, read.name_status),
    of('new_name_status', NEW_NAME_STATUS_ROWS, read.new_name_status === 'NONE' ? null : read.new_name_status),
    of('quality_rating', QUALITY_ROWS, quality),
    // A blocked number is not "being set up" because it is not registered any more.
    platform?.level === 'setting_up' && status.level !== 'ok' && !settingUp
      ? { ...platform, level: 'info' as const }
      : platform,
    of('throughput', THROUGHPUT_ROWS, read.throughput?.level),
    of('code_verification_status', CODE_ROWS, status.level === 'ok' ? null : read.code_verification_status),
  ];
  return reasons.filter((reason) => reason !== null);
}

/** "Register it" is no way for a number of the WhatsApp Business app. */
function forApp<Found extends Reason | null>(reason: Found, inApp: boolean): Found {
  if (!inApp || reason === null || reason.todo === '') return reason;
  return { ...reason, todo: `The number belongs to the WhatsApp Business app. ${CONNECT_APP_NUMBER}` };
}

const STATUS_NOT_TOLD: Reason = {
  member: 'status',
  value: null,
  level: 'unknown',
  about: 'Meta does not tell in which state the number is.',
  todo: 'See WhatsApp Manager.',
};

function of(member: string, rows: Readonly<Record<string, Row>>, value: string | null | undefined): Reason | null {
  if (value == null) return null;
  const { level, about, todo } = rowOf(rows, value, member);
  return { member, value, level, about, todo };
}

function pinReasons({ is_pin_enabled, status }: Node): Reason[] {
  if (is_pin_enabled !== false || status !== 'CONNECTED') return [];
  // Meta is said to do without the PIN of eligible numbers since 23 September 2026.
  const about = 'The number has no two-step PIN, which some numbers do without since September 2026.';
  return [{ member: 'is_pin_enabled', value: 'false', level: 'info', about, todo: 'To have one, set it (set-pin).' }];
}

/** Meta's own verdict, with the entities (number, account, business, app) it blames. */
function entityReasons({ health_status: health, status }: Node): Reason[] {
  const overall = of('health_status', CAN_SEND_ROWS, health?.can_send_message);
  if (overall === null) return [];
  // Before it is registered a number cannot send; that is no news.
  const settingUp = typeof status === 'string' && STATUS_ROWS[status]?.level === 'setting_up';
  const level = settingUp ? 'info' : overall.level;
  const blamed = (health?.entities ?? []).flatMap((entity): Reason[] => {
    const type = entity.entity_type ?? 'ENTITY';
    const errors = (entity.errors ?? []).map((error) => ({
      about: `${type}: ${error.error_description ?? 'an error'}${error.error_code == null ? '' : ` (${error.error_code})`}`,
      todo: error.possible_solution ?? '',
    }));
    const limits = (entity.additional_info ?? []).map((about) => ({ about: `${type}: ${about}`, todo: '' }));
    const entityLevel = of('health_status', CAN_SEND_ROWS, entity.can_send_message)?.level ?? level;
    return [...errors, ...limits].map((reason) => ({
      member: 'health_status',
      value: entity.can_send_message ?? null,
      level: settingUp ? 'info' : entityLevel,
      ...reason,
    }));
  });
  return [{ ...overall, level }, ...blamed];
}
