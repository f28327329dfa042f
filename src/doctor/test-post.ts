/**
 * A webhook that is recognisable and harmless: entry id "0" as Meta's Test button sends it, so that the event says
 * `test: true`, and a field that Meta does not have, so that it goes to the topic `unknown` and no consumer of typed
 * events meets it. The alert on unknown fields leaves this field out (helm/monitoring/rules.yaml).
 */
export const CHECK_FIELD = 'hubcast_check';

/** @param mark found again in the stored event */
export function checkPayload(madeBy: string, mark: string, nowMs: number): object {
  const value = { made_by: madeBy, mark };
  const changes = [{ field: CHECK_FIELD, value }];
  return {
    object: 'whatsapp_business_account',
    entry: [{ id: '0', time: Math.floor(nowMs / 1000), changes }],
  };
}
