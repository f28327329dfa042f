import { describe, expect, it } from '@jest/globals';
import { healthOf } from '../../../src/phone-numbers/health/health.ts';
import { portfoliosOf } from '../../../src/phone-numbers/look-ups/portfolio.ts';
import { CONNECTED_NUMBER } from '../../../src/sdk/testing/graph-stand-in/state.ts';

const good = { ...CONNECTED_NUMBER, id: '1', display_phone_number: '+1 631-555-5555' };
const stateOf = (members: object) => healthOf({ ...good, ...members }).state;

describe('healthOf', () => {
  it.each([1e300, -1e300, 8.64e12 + 1, -1, 'soon'])('gives no date where Meta gives none that exists: %p', (date) => {
    const { quality } = healthOf({ ...good, quality_score: { score: 'RED', date } });
    expect(quality.date).toBeNull();
    expect(healthOf({ ...good, quality_score: { score: 'RED', date: 1_763_800_000 } }).quality.date).toBe(
      '2025-11-22T08:26:40.000Z',
    );
  });

  it('finds no problem with a healthy number', () => {
    expect(healthOf(good)).toMatchObject({ state: 'ok', quality: { rating: 'GREEN' }, sandbox: false });
  });

  it.each([
    ['CONNECTED', 'ok'],
    ['PENDING', 'setting_up'],
    ['UNVERIFIED', 'setting_up'],
    ['DELETED', 'blocked'],
    ['MIGRATED', 'blocked'],
    ['BANNED', 'blocked'],
    ['RESTRICTED', 'blocked'],
    ['RATE_LIMITED', 'blocked'],
    ['DISCONNECTED', 'blocked'],
    ['UNLINKED', 'blocked'],
    ['FLAGGED', 'warn'],
    ['LINKED', 'unknown'],
    ['UNKNOWN', 'unknown'],
    ['SOMETHING_NEW', 'unknown'],
    ['VERIFIED', 'unknown'],
    ['constructor', 'unknown'],
    [undefined, 'unknown'],
  ])('reads status %s as %s', (status, state) => {
    expect(stateOf({ status })).toBe(state);
  });

  it.each([
    [{ name_status: 'DECLINED' }, 'warn'],
    [{ name_status: 'EXPIRED' }, 'warn'],
    [{ name_status: 'NONE' }, 'warn'],
    [{ name_status: 'NON_EXISTS' }, 'warn'],
    [{ name_status: 'PENDING_REVIEW' }, 'ok'],
    [{ name_status: 'AVAILABLE_WITHOUT_REVIEW' }, 'ok'],
    [{ name_status: undefined }, 'ok'],
    [{ new_name_status: 'DECLINED' }, 'warn'],
    [{ new_name_status: 'PENDING_REVIEW' }, 'ok'],
    [{ quality_rating: 'YELLOW', quality_score: undefined }, 'warn'],
    [{ quality_rating: 'RED', quality_score: undefined }, 'warn'],
    [{ quality_rating: 'UNKNOWN', quality_score: undefined }, 'ok'],
    [{ quality_rating: 'NA', quality_score: undefined }, 'ok'],
    [{ quality_rating: undefined, quality_score: { score: 'RED' } }, 'warn'],
    [{ platform_type: 'ON_PREMISE' }, 'warn'],
    [{ platform_type: 'NOT_APPLICABLE' }, 'setting_up'],
    [{ is_pin_enabled: false }, 'ok'],
    [{ code_verification_status: 'EXPIRED' }, 'ok'],
    [{ health_status: { can_send_message: 'LIMITED' } }, 'warn'],
    [{ health_status: { can_send_message: 'BLOCKED' } }, 'blocked'],
    [{ health_status: { can_send_message: 'BLOCKED' }, quality_rating: 'RED' }, 'blocked'],
    [{ status: 'BANNED', quality_rating: 'RED', platform_type: 'NOT_APPLICABLE' }, 'blocked'],
    [{ health_status: 'odd', quality_score: 7, throughput: [] }, 'ok'],
  ])('reads %j as %s', (members, state) => expect(stateOf(members)).toBe(state));

  it('says setting up, not blocked, of a number that is not registered yet', () => {
    const health = healthOf({
      ...good,
      status: 'PENDING',
      platform_type: 'NOT_APPLICABLE',
      code_verification_status: 'NOT_VERIFIED',
      health_status: {
        can_send_message: 'BLOCKED',
        entities: [{ can_send_message: 'BLOCKED', errors: [{ error_code: 141000 }] }],
      },
    });
    expect(health.state).toBe('setting_up');
    expect(health.reasons.map(({ level }) => level)).not.toContain('blocked');
    expect(health.reasons.map(({ todo }) => todo).join(' ')).toContain('Request a code');
  });

  it.each([
    [{ is_on_biz_app: true, platform_type: 'NOT_APPLICABLE', status: 'PENDING' }, 'setting_up', true],
    [{ is_on_biz_app: true, platform_type: 'ON_PREMISE', status: 'DISCONNECTED' }, 'blocked', true],
    [{ is_on_biz_app: false, platform_type: 'ON_PREMISE' }, 'warn', true],
    [{ is_on_biz_app: true, platform_type: 'CLOUD_API' }, 'ok', false],
    [{ is_on_biz_app: false, platform_type: 'NOT_APPLICABLE', status: 'PENDING' }, 'setting_up', false],
  ])('tells numbers of the WhatsApp Business app the way that exists: %j', (members, state, told) => {
    const health = healthOf({ ...good, ...members });
    expect(health.state).toBe(state);
    const todos = health.reasons.filter(({ member }) => member === 'status' || member === 'platform_type');
    const ways = todos.filter(({ todo }) => todo !== '');
    if (told) expect(ways.length).toBeGreaterThan(0);
    for (const { todo } of ways) expect(todo.includes('Embedded Signup (coexistence)')).toBe(told);
  });

  it('gives a number without a PIN as information', () => {
    const reason = healthOf({ ...good, is_pin_enabled: false }).reasons.find(
      ({ member }) => member === 'is_pin_enabled',
    );
    expect(reason).toMatchObject({ level: 'info', value: 'false' });
  });

  it('says that a number can be registered and used while its name is in review', () => {
    const { state, reasons } = healthOf({ ...good, name_status: 'PENDING_REVIEW' });
    expect([state, reasons.find(({ member }) => member === 'name_status')?.about]).toEqual([
      'ok',
      expect.stringContaining('can be registered and used meanwhile'),
    ]);
  });

  it('says of status VERIFIED whose value it is, and knows UNVERIFIED codes', () => {
    expect(healthOf({ ...good, status: 'VERIFIED' }).reasons[0]?.about).toContain(
      'a value of code_verification_status',
    );
    const unverified = healthOf({ ...good, status: 'PENDING', code_verification_status: 'UNVERIFIED' });
    expect(unverified.reasons.map(({ level }) => level)).not.toContain('unknown');
  });

  it('raises no alarm for a sandbox number, as one was recorded', () => {
    const sandbox = {
      account_mode: 'SANDBOX',
      status: 'DISCONNECTED',
      code_verification_status: 'NOT_VERIFIED',
      name_status: 'AVAILABLE_WITHOUT_REVIEW',
      new_name_status: 'NONE',
    };
    const health = healthOf({ ...good, ...sandbox });
    expect(health).toMatchObject({ state: 'ok', sandbox: true });
    expect(health.reasons.every(({ level }) => level === 'info')).toBe(true);
  });

  it("passes on Meta's own errors and what to do about them", () => {
    const health = healthOf({
      ...good,
      health_status: {
        can_send_message: 'BLOCKED',
        entities: [
          {
            entity_type: 'WABA',
            id: '2',
            can_send_message: 'BLOCKED',
            errors: [{ error_code: 141006, error_description: 'No payment method.', possible_solution: 'Add one.' }],
          },
          { entity_type: 'BUSINESS', id: '3', can_send_message: 'LIMITED', additional_info: ['Not verified.'] },
        ],
      },
    });
    expect(health.reasons).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ level: 'blocked', about: 'WABA: No payment method. (141006)', todo: 'Add one.' }),
        expect.objectContaining({ level: 'warn', about: 'BUSINESS: Not verified.' }),
      ]),
    );
  });

  it('shows quality with date and reasons, where they are given', () => {
    const quality_score = { score: 'RED', date: 1_790_000_000, reasons: ['SPAM'] };
    expect(healthOf({ ...good, quality_rating: 'RED', quality_score }).quality).toEqual({
      rating: 'RED',
      date: '2026-09-21T14:13:20.000Z',
      reasons: ['SPAM'],
    });
  });

  it.each([
    [{ whatsapp_business_manager_messaging_limit: 'TIER_10K' }, 10_000],
    [{ whatsapp_business_manager_messaging_limit: undefined, messaging_limit_tier: 'TIER_50' }, 50],
    [{ whatsapp_business_manager_messaging_limit: undefined, messaging_limit_tier: 'TIER_1K' }, 1_000],
    [{ whatsapp_business_manager_messaging_limit: 'TIER_UNLIMITED' }, null],
    [{ whatsapp_business_manager_messaging_limit: 'UNTIERED' }, null],
  ])('reads the limit %j', (members, recipients) => {
    const { limit } = healthOf({ ...good, ...members });
    expect(limit).toMatchObject({ scope: 'portfolio', unique_recipients_per_day: recipients });
  });
});

describe('portfoliosOf', () => {
  const number = (accountId: string, members: object = {}) => ({
    value: { ...good, whatsapp_business_manager_messaging_limit: 'TIER_250', ...members },
    accountId,
    digits: null,
    fetchedAtMs: 0,
  });
  const account = (id: string, portfolioId: string | null, businessVerificationStatus = 'not_verified') => ({
    accountId: id,
    account: { id, portfolioId, businessVerificationStatus },
  });

  it('allows 2 numbers at first, counted over the accounts of a portfolio', () => {
    const [portfolio] = portfoliosOf([account('1', '9'), account('2', '9')], [number('1'), number('2')]);
    expect(portfolio).toMatchObject({
      portfolio_id: '9',
      registered_numbers: 2,
      allowed_numbers: 2,
      remaining_numbers: 0,
    });
  });

  it.each([
    ['verified', {}],
    ['not_verified', { whatsapp_business_manager_messaging_limit: 'TIER_2K' }],
    ['not_verified', { whatsapp_business_manager_messaging_limit: 'TIER_UNLIMITED' }],
  ])('allows 20 to a business that is %s with %j', (verification, members) => {
    const [portfolio] = portfoliosOf([account('1', '9', verification)], [number('1', members)]);
    expect(portfolio).toMatchObject({ allowed_numbers: 20, remaining_numbers: 19 });
  });

  it('does not count test numbers and those that are gone, and keeps unknown portfolios apart', () => {
    const numbers = [number('1', { account_mode: 'SANDBOX' }), number('1', { status: 'DELETED' }), number('2')];
    const portfolios = portfoliosOf([{ accountId: '1', account: null }, account('2', null)], numbers);
    expect(portfolios).toMatchObject([
      { portfolio_id: null, account_ids: ['1'], registered_numbers: 0 },
      { portfolio_id: null, account_ids: ['2'], registered_numbers: 1 },
    ]);
  });
});
