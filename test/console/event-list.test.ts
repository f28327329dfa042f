/** The list behind the Events view, asked of a real service by Node's fetch in place of the browser's. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { filterOf } from '../../src/console/client/event-filter.ts';
import { createEventList, type EventList } from '../../src/console/client/event-list.ts';
import { postSigned } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';
import { until } from '../support/until.ts';

const { fetch: nodeFetch } = globalThis;

describe('the list of events', () => {
  let service: TestService;
  let list: EventList | undefined;
  let streams = new AbortController();
  let isCut = false;
  let last = 0;

  beforeEach(async () => {
    service = await startTestService();
    last = 0;
    Object.assign(globalThis, {
      sessionStorage: { getItem: () => null },
      fetch: (path: string, init: RequestInit) => {
        if (path.startsWith('http')) return nodeFetch(path, init);
        const isStream = path.startsWith('/events/stream');
        if (isStream && isCut) throw new TypeError('fetch failed');
        const signal = isStream ? AbortSignal.any([streams.signal, init.signal as AbortSignal]) : init.signal;
        return nodeFetch(`${service.internalUrl}${path}`, { headers: { ...init.headers }, signal: signal ?? null });
      },
    });
  });
  afterEach(async () => {
    list?.stop();
    Object.assign(globalThis, { fetch: nodeFetch, sessionStorage: undefined });
    await service.remove();
  });

  async function send(count: number): Promise<void> {
    const changes = Array.from({ length: count }, () => {
      last += 1;
      const value = { display_phone_number: String(last), decision: 'APPROVED', requested_verified_name: 'Shop' };
      return { field: 'phone_number_name_update', value };
    });
    const entry = { id: '102290129340398', time: 1_739_321_024, changes };
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [entry] });
    expect((await postSigned(service.webhookUrl, body)).status).toBe(200);
  }

  const begin = (members: Record<string, string> = {}) =>
    createEventList(filterOf(new URLSearchParams(members)), () => undefined, String);
  const subjects = () => list?.rows().map(({ record }) => Number(record.event?.subject)) ?? [];
  const from = (newest: number, count: number) => Array.from({ length: count }, (_, index) => newest - index);

  it('begins anew where more came in a cut than it holds, and older events go on from there', async () => {
    await send(30);
    list = begin();
    await until(() => list?.state() === 'live');
    expect(subjects()).toEqual(from(30, 30));
    isCut = true;
    streams.abort();
    await until(() => list?.state() === 'connecting');
    await send(1000);
    [isCut, streams] = [false, new AbortController()];
    await until(() => list?.state() === 'live' && subjects()[0] === 1030);
    expect(subjects()).toEqual(from(1030, 500));
    list.loadOlder();
    await until(() => subjects().length === 550);
    expect(subjects()).toEqual(from(1030, 550));
  }, 60_000);

  it('lets the oldest go at a thousand, holds what comes in a pause, and finds what it let go by time', async () => {
    await send(10);
    list = begin();
    await until(() => list?.state() === 'live');
    list.pause(true);
    await send(990);
    await until(() => list?.waiting() === 990);
    expect(subjects()).toEqual(from(10, 10));
    list.pause(false);
    await send(5);
    await until(() => subjects()[0] === 1005);
    expect(subjects()).toEqual(from(1005, 1000));
    expect([list.isFull(), list.hasOlder()]).toEqual([true, false]);
    const oldest = list.rows().at(-1)?.record.stored_at ?? '';
    list.stop();
    list = begin({ to: oldest });
    await until(() => list?.state() === 'ended');
    expect([list.rows().length, list.hasOlder()]).toEqual([0, false]);
  }, 60_000);

  it('waits for its turn where the service answers other questions', async () => {
    await send(1000);
    const many = Array.from({ length: 8 }, () => begin({ text: 'no event holds this' }));
    await until(() => many.every((one) => one.state() === 'live'));
    expect(many.map((one) => one.failure())).toEqual(many.map(() => ''));
    for (const one of many) one.stop();
  }, 60_000);
});
