/** Look-ups for a token that is bound to an app: only numbers of the app's accounts. */
import { HubcastError } from '../../core/errors.ts';
import { HEALTH_STATES } from '../../phone-numbers/health/health-rows.ts';
import type { LookUps } from '../../phone-numbers/look-ups/look-ups.ts';
import type { LookUpAnswers } from '../../phone-numbers/look-ups/number-schemas.ts';

export function lookUpsOfApp(lookUps: LookUps, accountIds: readonly string[]): LookUps {
  const isOwn = ({ account_id }: { readonly account_id: string | null }) =>
    account_id !== null && accountIds.includes(account_id);

  function assertOwnAccount(accountId: string | undefined): void {
    if (accountId === undefined || accountIds.includes(accountId)) return;
    throw new HubcastError('account_not_found', `Account ${accountId} does not belong to the app of the token.`);
  }

  function own<Answer extends { readonly account_id: string | null }>(answer: Answer): Answer {
    if (isOwn(answer)) return answer;
    throw new HubcastError('phone_number_not_found', 'The number does not belong to the app of the token.');
  }

  return {
    async list(question = {}) {
      assertOwnAccount(question.accountId);
      const { data, accounts } = await lookUps.list(question);
      return { data: data.filter(isOwn), accounts: accounts.filter(isOwn) };
    },
    async health(question = {}) {
      assertOwnAccount(question.accountId);
      const { data, accounts, portfolios, ...report } = await lookUps.health(question);
      const numbers = data.filter(isOwn);
      const countOf = (state: string) => numbers.filter(({ health }) => health.state === state).length;
      return {
        ...report,
        summary: Object.fromEntries(
          HEALTH_STATES.map((state) => [state, countOf(state)]),
        ) as LookUpAnswers['HealthReport']['summary'],
        data: numbers,
        // A portfolio's figures are sums over all of its accounts.
        portfolios: portfolios.filter(({ account_ids }) => account_ids.every((id) => accountIds.includes(id))),
        accounts: accounts.filter(isOwn),
      };
    },
    async byNumber(number, question = {}) {
      assertOwnAccount(question.accountId);
      const found = own(await lookUps.byNumber(number, question));
      return { ...found, also: found.also.filter(isOwn) };
    },
    byId: async (id, question) => own(await lookUps.byId(id, question)),
    healthById: async (id, question) => own(await lookUps.healthById(id, question)),
  };
}
