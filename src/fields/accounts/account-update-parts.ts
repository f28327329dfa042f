/** The parts of an account_update: one for each kind of event. */
import * as z from 'zod';
import { idOrNumber, openEnum, unixSeconds } from '../values.ts';

export const accountEvent = openEnum([
  'ACCOUNT_DELETED',
  'ACCOUNT_OFFBOARDED',
  'ACCOUNT_RECONNECTED',
  'ACCOUNT_RESTRICTION',
  'ACCOUNT_VIOLATION',
  'AD_ACCOUNT_LINKED',
  'AUTH_INTL_PRICE_ELIGIBILITY_UPDATE',
  'BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE',
  'DISABLED_UPDATE',
  'MM_LITE_TERMS_SIGNED',
  'PARTNER_ADDED',
  'PARTNER_APP_INSTALLED',
  'PARTNER_APP_UNINSTALLED',
  'PARTNER_CLIENT_CERTIFICATION_NEEDED',
  'PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE',
  'PARTNER_REMOVED',
  'VERIFIED_ACCOUNT',
  'VOLUME_BASED_PRICING_TIER_UPDATE',
]);

const restriction = z.looseObject({
  restriction_type: openEnum([
    'RESTRICTED_ADD_PHONE_NUMBER_ACTION',
    'RESTRICTED_BIZ_INITIATED_AND_USER_INITIATED_CALLING',
    'RESTRICTED_BIZ_INITIATED_MESSAGING',
    'RESTRICTED_BUSINESS_INITIATED_CALLING',
    'RESTRICTED_CUSTOMER_INITIATED_MESSAGING',
    'RESTRICTED_DIRECT_SEND_UTILITY_TEMPLATES',
    'RESTRICTED_USER_INITIATED_CALLING',
    'RESTRICTED_USER_INITIATED_CALLING_CALL_BUTTON_HIDDEN',
    'RESTRICTED_UTILITY_TEMPLATES',
  ]).nullish(),
  expiration: unixSeconds.nullish().meta({ description: 'A number, text in old samples, or absent' }),
  remediation: z.string().nullish(),
});

const violation = z.looseObject({
  violation_type: openEnum([
    'ADULT',
    'ALCOHOL',
    'ANIMALS',
    'BODY_PARTS_FLUIDS',
    'DATING',
    'DIGITAL_SERVICES_PRODUCTS',
    'DRUGS',
    'GAMBLING',
    'HEALTHCARE',
    'ILLEGAL_PRODUCTS',
    'MISLEADING',
    'OVERTLY_SEXUALIZED_POSITIONING',
    'REAL_FAKE_CURRENCY',
    'SCAM',
    'SUPPLEMENTS',
    'THIRD_PARTY_INFRINGEMENTS',
    'TOBACCO',
    'UNAUTHORIZED_MEDIA',
    'WEAPONS',
    'LOW_BUSINESS_INITIATED_CALLING_QUALITY',
    'LOW_USER_INITIATED_CALLING_QUALITY',
    'USER_INITIATED_CALLS_LOW_PICKUP_RATE',
    'DIRECT_SEND_UTILITY_CATEGORY_ABUSE_WARN',
    'DIRECT_SEND_UTILITY_CATEGORY_ABUSE_RATE_LIMIT',
    'DIRECT_SEND_UTILITY_CATEGORY_ABUSE_STRIKE_1',
    'DIRECT_SEND_UTILITY_CATEGORY_ABUSE_STRIKE_2',
    'DIRECT_SEND_UTILITY_CATEGORY_ABUSE_OFFBOARD',
    'DIRECT_SEND_UTILITY_CATEGORY_ABUSE_UNBAN',
    'DIRECT_SEND_UTILITY_CATEGORY_ABUSE_RATE_LIMIT_RECOVERY',
    'DIRECT_SEND_UTILITY_TEMPLATE_ABUSE',
  ]).nullish(),
  remediation: z.string().nullish(),
});

const banState = openEnum(['DISABLE', 'REINSTATE', 'SCHEDULE_FOR_DISABLE']);

const certification = z.looseObject({
  client_business_id: idOrNumber.nullish(),
  status: openEnum(['APPROVED', 'DISCARDED', 'FAILED', 'PENDING', 'REVOKED']).nullish(),
  rejection_reasons: z
    .array(
      openEnum([
        'ADDRESS NOT MATCHING',
        'BUSINESS NOT ELIGIBLE',
        'LEGAL NAME NOT MATCHING',
        'LEGAL NAME NOT FOUND IN DOCUMENTS',
        'MALFORMED DOCUMENTS',
        'WEBSITE NOT MATCHING',
        'NONE',
      ]),
    )
    .nullish(),
});

export const accountUpdateParts = {
  violation_info: violation.nullish(),
  restriction_info: z
    .union([z.array(restriction), restriction])
    .nullish()
    .meta({
      description: 'A list; one SDK has a single one. Absent for warnings and lifted bans of Direct Send',
    }),
  ban_info: z
    .looseObject({
      waba_ban_state: z.union([banState, z.array(banState)]).nullish(),
      waba_ban_date: z.string().nullish().meta({ description: 'Text such as "April 17, 2025"' }),
    })
    .nullish(),
  auth_international_rate_eligibility: z
    .looseObject({
      start_time: unixSeconds.nullish(),
      exception_countries: z
        .array(z.looseObject({ country_code: z.string().nullish(), start_time: unixSeconds.nullish() }))
        .nullish(),
    })
    .nullish(),
  volume_tier_info: z
    .looseObject({
      tier_update_time: unixSeconds.nullish().meta({
        description: 'Of several posts for one change, the smallest is right',
      }),
      pricing_category: z.string().nullish(),
      tier: z.string().nullish().meta({ description: 'min:max' }),
      effective_month: z.string().nullish().meta({ description: 'YYYY-MM' }),
      region: z.string().nullish(),
    })
    .nullish(),
  disconnection_info: z
    .looseObject({
      reason: openEnum([
        'ACCOUNT_DISCONNECTED',
        'BUSINESS_DOWNGRADE',
        'CHANGE_NUMBER',
        'COMPANION_INACTIVITY',
        'PRIMARY_INACTIVITY',
        'USER_RE_REGISTERED',
      ]).nullish(),
      initiated_by: openEnum(['SYSTEM', 'USER']).nullish(),
    })
    .nullish(),
  partner_client_certification_info: certification.nullish(),
  partner_client_certification_needed_info: z.looseObject({ client_business_id: idOrNumber.nullish() }).nullish(),
};
