/** Stored events over the internal listener, from a journal and from Kafka alike. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EVENT_ANSWERS } from '../../src/event-queries/event-schemas.ts';
import { expectRefusal } from '../support/expect-answer.ts';
import { describeKafka } from '../support/kafka.ts';
import { ask, nameUpdate, postSigned } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';

const READER = 'kZ3vJ9qLw2Xr7TfB5nYd';
const REPLAYER = 'Pq8sVb4mHc6RtG1xWz0e';
const API_TOKENS = `reader=${READER};events:read,replayer=${REPLAYER};events:replay+events:read`;

const WRONG = { display_phone_number: 15550783881, decision: 'APPROVED' };
const RIGHT = { ...WRONG, display_phone_number: '15550783881' };

function body(...changes: { field: string; value: unknown }[]): string {
  return JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '77', time: 1739321024, changes }] });
}

const AUTHORIZED = { headers: { authorization: `Bearer ${REPLAYER}` } };

async function json(url: string, init: RequestInit = {}) {
  const answer = await ask(url, { ...AUTHORIZED, ...init });
  expect([url, answer.status, answer.status === 200 ? '' : answer.text]).toEqual([url, 200, '']);
  return JSON.parse(answer.text);
}

async function pages(url: string): Promise<{ event: { id: string; type: string; subject?: string } }[]> {
  const found = [];
  for (let next: string | null = ''; next !== null; ) {
    const page = await json(`${url}${next === '' ? '' : `&before=${next}`}`);
    found.push(...page.data);
    next = page.next;
  }
  return found;
}

function behaves(start: () => Promise<TestService>): void {
  let service: TestService;
  let url: string;
  const sent: string[] = [];
  beforeAll(async () => {
    service = await start();
    url = service.internalUrl;
    for (let n = 0; n < 25; n += 1) {
      const update = nameUpdate();
      sent.push(update.digits);
      expect((await postSigned(service.webhookUrl, update.body)).status).toBe(200);
    }
    await postSigned(service.webhookUrl, body({ field: 'security', value: { event: 'PIN_CHANGED' } }));
    await postSigned(service.webhookUrl, body({ field: 'phone_number_name_update', value: WRONG }));
    await postSigned(service.webhookUrl, 'not json');
  });
  afterAll(() => service?.remove());

  it('lists the latest first, and pages through all of them, each once', async () => {
    const type = 'whatsapp.phone_number_name_update';
    const found = await pages(`${url}/events?type=${type}&limit=7`);
    expect(found.map(({ event }) => event.subject)).toEqual(sent.toReversed());
    const [last] = (await json(`${url}/events?family=phone-numbers&limit=1&account_id=102290129340398`)).data;
    expect(last).toMatchObject({
      topic: expect.stringContaining('phone-numbers'),
      key: expect.stringContaining(sent.at(-1) as string),
      headers: { ce_type: type },
      event: { type, subject: sent.at(-1) },
    });
    expect((await json(`${url}/events?account_id=1`)).data).toEqual([]);
    const { deliveryid } = last.event;
    expect((await json(`${url}/events?delivery=${deliveryid}`)).data).toEqual([last]);
    expect((await json(`${url}/events?subject=${sent[3]}`)).data).toMatchObject([{ event: { subject: sent[3] } }]);
    expect((await json(`${url}/events?to=2026-01-01T00:00:00Z`)).data).toEqual([]);
    expect((await json(`${url}/events?to=2100-01-01T00:00:00Z&limit=1&subject=${sent.at(-1)}`)).data).toEqual([last]);
    const since = encodeURIComponent(last.stored_at);
    expect((await pages(`${url}/events?from=${since}&limit=200`)).map(({ event }) => event.id)).toContain(
      last.event.id,
    );
    expect((await json(`${url}/events?from=${since}&to=${since}`)).data).toEqual([]);
    expect(await json(`${url}/events?from=2100-01-01T00:00:00Z`)).toEqual({ data: [], next: null });
    expect((await json(`${url}/events?family=calls`)).data).toEqual([]);
    const all = await pages(`${url}/events?limit=200`);
    expect(all).toHaveLength(28);
  });

  it('finds by a number however it is written, by a text, and by the id of an event', async () => {
    const [, , third = ''] = sent;
    const ids = async (query: string) =>
      (await pages(`${url}/events?limit=50&${query}`)).map(({ event }) => event.subject ?? event.type);
    expect(await ids(`number=${third}`)).toEqual([third]);
    expect(await ids(`text=${third.slice(2)}`)).toEqual([third]);
    expect(await ids('text=pin_chanGed')).toEqual(['whatsapp.dead_letter']);
    expect(await ids('text=no event holds this')).toEqual([]);
    const [record] = (await json(`${url}/events?subject=${third}`)).data;
    const { partition, offset, event } = record;
    expect(await json(`${url}/events/${event.id}`)).toEqual(record);
    expect(await json(`${url}/events/${event.id}?at=${partition}:${offset}`)).toEqual(record);
    for (const id of ['0'.repeat(32), 'x'])
      expectRefusal(await ask(`${url}/events/${id}`, AUTHORIZED), 'event_not_found');
    for (const query of ['number=1-2', 'number=1', `text=${'x'.repeat(201)}`, 'text=', 'from=yesterday', 'from=1']) {
      expectRefusal(await ask(`${url}/events?${query}`, AUTHORIZED), 'invalid_query');
    }
  });

  it('shows dead letters, and puts a repaired one back as the event it should have been', async () => {
    const list = await json(`${url}/dead-letters?field=phone_number_name_update&code=invalid_type`);
    expect(list).toMatchObject({
      data: [{ field: 'phone_number_name_update', entry_id: '77', part: 'value', issues: [{ code: 'invalid_type' }] }],
      next: null,
    });
    const [{ id, at }] = list.data;
    expect((await json(`${url}/dead-letters`)).data).toHaveLength(3);
    const letter = await json(`${url}/dead-letters/${id}`);
    expect(await json(`${url}/dead-letters/${id}?at=${at}`)).toEqual(letter);
    expect(letter.event.data.value).toEqual(WRONG);

    const replay = `${url}/dead-letters/${id}/replay`;
    expect(await json(replay, { method: 'POST' })).toMatchObject({ outcome: 'refused', events: [], issues: [{}] });
    const repaired = { method: 'POST', body: JSON.stringify(RIGHT) };
    const dry = await json(`${replay}?dry_run=true`, repaired);
    expect(dry).toMatchObject({ id, outcome: 'stored', events: [{ type: 'whatsapp.phone_number_name_update' }] });
    const before = await pages(`${url}/events?limit=200`);
    expect(await json(`${replay}?at=${at}`, repaired)).toEqual(dry);
    const after = await pages(`${url}/events?limit=200`);
    expect(after).toHaveLength(before.length + 2);
    const audits = await pages(`${url}/events?type=whatsapp.dead_letter.repaired`);
    expect(audits).toMatchObject([
      { event: { data: { dead_letter_id: id, actor: { kind: 'token', name: 'replayer' }, events: dry.events } } },
    ]);
    expect((await json(`${url}/dead-letters`)).data).toHaveLength(3);
    const event = after.find((one) => one.event.id === dry.events[0].id)?.event;
    expect(event).toMatchObject({
      repairedby: 'token:replayer',
      subject: '15550783881',
      time: '2025-02-12T00:43:44Z',
      receivedtime: letter.event.receivedtime,
      deliveryid: letter.event.deliveryid,
    });
    expectRefusal(await ask(replay, { method: 'POST', body: '{', ...AUTHORIZED }), 'invalid_value');
  });

  it('answers as /openapi.json describes it', async () => {
    const [{ id }] = (await json(`${url}/dead-letters?limit=1`)).data;
    const answers = {
      EventList: await json(`${url}/events?limit=50`),
      DeadLetterList: await json(`${url}/dead-letters`),
      StoredEvent: await json(`${url}/dead-letters/${id}`),
      Replayed: await json(`${url}/dead-letters/${id}/replay?dry_run=true`, { method: 'POST' }),
    };
    expect(Object.keys(answers).sort()).toEqual(Object.keys(EVENT_ANSWERS).sort());
    for (const [name, answer] of Object.entries(answers)) {
      expect(EVENT_ANSWERS[name as keyof typeof EVENT_ANSWERS].parse(answer)).toEqual(answer);
    }
  });

  it('streams what is stored from now on, filtered', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${url}/events/stream?family=phone-numbers`, { signal: stop.signal, ...AUTHORIZED });
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const reader = (stream.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream()).getReader();
    await postSigned(service.webhookUrl, body({ field: 'account_review_update', value: { decision: 'APPROVED' } }));
    const update = nameUpdate();
    await postSigned(service.webhookUrl, update.body);
    let text = '';
    while (!/data: .*\n\n/.test(text)) text += (await reader.read()).value;
    stop.abort();
    const [, id, type, data] = /id: (.*)\nevent: (.*)\ndata: (.*)\n\n/.exec(text) ?? [];
    expect(type).toBe('whatsapp.phone_number_name_update');
    expect(JSON.parse(data as string).event).toMatchObject({ id, subject: update.digits });
  });

  it('ends a stream whose token was revoked, in place of its next event', async () => {
    const stream = await fetch(`${url}/events/stream`, { headers: { authorization: `Bearer ${READER}` } });
    service.reconfigure({ API_TOKENS: `replayer=${REPLAYER};events:replay+events:read` });
    await postSigned(service.webhookUrl, nameUpdate().body);
    await expect(stream.text()).rejects.toThrow('terminated');
    service.reconfigure({});
  });

  it('ends streams when the service stops', async () => {
    const stream = await fetch(`${url}/events/stream`, AUTHORIZED);
    await service.stop();
    expect(await stream.text()).toBe('retry: 2000\n\n');
  });
}

describe('stored events in a journal', () => {
  behaves(() => startTestService({ API_TOKENS }));
});

describeKafka('stored events in Kafka', (kafka) => {
  behaves(() => {
    const TOPIC_PREFIX = `t${randomBytes(4).toString('hex')}`;
    return startTestService({ KAFKA_BROKERS: kafka.brokers.join(), TOPIC_PREFIX, KAFKA_PARTITIONS: '3', API_TOKENS });
  });
});

describe('who asks', () => {
  let service: TestService;
  beforeAll(async () => {
    service = await startTestService({ INTERNAL_HOST: '0.0.0.0', API_TOKENS });
  });
  afterAll(() => service?.remove());
  const id = '0'.repeat(32);

  const asked = (path: string, token: string | null, method = 'GET') =>
    ask(`${service.internalUrl}${path}`, {
      method,
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });

  it('needs a token with the scope', async () => {
    const reads = ['/events', '/events/stream', '/dead-letters', `/dead-letters/${id}`];
    for (const path of [...reads, '/schemas', '/schemas/envelope/1']) {
      expectRefusal(await asked(path, null), 'unauthorized');
    }
    const refused = await asked(`/dead-letters/${id}/replay`, READER, 'POST');
    expect({ status: refused.status, body: JSON.parse(refused.text) }).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden', details: { missing_scope: 'events:replay' } } },
    });
    expectRefusal(await asked(`/dead-letters/${id}/replay`, REPLAYER, 'POST'), 'dead_letter_not_found');
    expectRefusal(await asked(`/dead-letters/${id}`, READER), 'dead_letter_not_found');
    expect((await asked('/events', READER)).status).toBe(200);
    expect((await asked('/events/stream', READER, 'HEAD')).status).toBe(200);
  });

  it('is refused what no path takes', async () => {
    const wrong = [
      'limit=0',
      'limit=201',
      'limit=1&limit=2',
      'before=x',
      'before=e30',
      'family=nobody',
      'delivery=x',
      'subject=',
      'to=yesterday',
      'type=x',
      'x=1',
    ];
    for (const query of wrong) expectRefusal(await asked(`/events?${query}`, READER), 'invalid_query');
    const cursor = (bounds: unknown) => Buffer.from(JSON.stringify(bounds)).toString('base64url');
    for (const bounds of [[], { journal: 1 }, { journal: '-1' }, { journal: '1e9' }, 'x', null]) {
      expectRefusal(await asked(`/events?before=${cursor(bounds)}`, READER), 'invalid_query');
    }
    expect((await asked(`/events?before=${cursor({ journal: '9999999999999999999' })}`, READER)).status).toBe(200);
    for (const path of ['/dead-letters/x', '/dead-letters/..%2f..%2fetc', `/dead-letters/${id.toUpperCase()}A`]) {
      expectRefusal(await asked(path, READER), 'dead_letter_not_found');
    }
    expectRefusal(await asked('/events', READER, 'POST'), 'method_not_allowed');
    expectRefusal(await asked(`/dead-letters/${id}/replay`, REPLAYER), 'method_not_allowed');
  });

  it('gets schemas by the name in dataschema', async () => {
    const index = JSON.parse((await asked('/schemas', READER)).text);
    for (const { dataschema } of index.types) {
      const [, , type, version] = dataschema.split(':');
      const { status, text, headers } = await asked(`/schemas/${type}/${version}`, READER);
      expect([dataschema, status]).toEqual([dataschema, 200]);
      expect(JSON.parse(text).$id).toBe(dataschema);
      expect(headers.get('content-type')).toBe('application/schema+json; charset=utf-8');
    }
    const first = await asked('/schemas/envelope/1.json', READER);
    const known = { authorization: `Bearer ${READER}`, 'if-none-match': first.headers.get('etag') as string };
    expect((await ask(`${service.internalUrl}/schemas/envelope/1`, { headers: known })).status).toBe(304);
    const tricks = [
      'envelope',
      'envelope/2',
      'envelope/1/2',
      '..%2fpackage/1',
      '..%2f..%2fetc/passwd',
      '__proto__/1',
      'constructor/1',
      '%00/1',
    ];
    for (const path of tricks) {
      expectRefusal(await asked(`/schemas/${path}`, READER), 'schema_not_found');
    }
    expectRefusal(await asked('/schemas/%zz/1', READER), 'malformed_request');
    expectRefusal(await asked('/schemas/envelope/1', READER, 'DELETE'), 'method_not_allowed');
  });
});
