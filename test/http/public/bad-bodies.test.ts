/**
 * Bodies nobody should send. Signed: 200, and what came is in the store. Unsigned: 401, and nothing is. After all of
 * them the service is as healthy as before.
 */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, nameUpdate, postSigned, postUnsigned } from '../../support/signed-request.ts';
import { MIB } from '../../support/start-endpoint.ts';
import { startTestService, type TestService } from '../../support/start-service.ts';

const DEAD = 'whatsapp.dead-letter';
const UNKNOWN = 'whatsapp.unknown';
const TYPED = 'whatsapp.phone-numbers';

const inEnvelope = (entry: string) => `{"object":"whatsapp_business_account","entry":${entry}}`;
const inEntry = (changes: string) => inEnvelope(`[{"id":"77","time":1739321024,"changes":${changes}}]`);
const inChange = (value: string, field = '"phone_number_name_update"') =>
  inEntry(`[{"field":${field},"value":${value}}]`);
const named = (members: string) => inChange(`{"display_phone_number":"15550783881","decision":"APPROVED",${members}}`);
const deep = (open: string, close: string) => `${open.repeat(100_000)}1${close.repeat(100_000)}`;
const bytes = (...values: number[]) => Buffer.from(values);
const many = (count: number, item: (number: number) => string) =>
  `[${Array.from({ length: count }, (_, index) => item(index)).join(',')}]`;

interface BadBody {
  readonly about: string;
  readonly body: string | Buffer;
  readonly topics: readonly string[];
  /** What must be found in the stored values, character for character. */
  readonly keeps?: readonly string[];
  readonly headers?: Record<string, string>;
}

/** A whole body that cannot be read is kept as its bytes. */
const asBytes = (about: string, body: string | Buffer, headers?: Record<string, string>): BadBody => ({
  about,
  body,
  topics: [DEAD],
  keeps: [`"body_base64":"${Buffer.from(body).toString('base64')}"`],
  ...(headers === undefined ? {} : { headers }),
});

const CASES: readonly BadBody[] = [
  asBytes('no byte', ''),
  asBytes('white space', ' \r\n\t'),
  asBytes('one NUL', bytes(0)),
  asBytes('NULs around JSON', Buffer.concat([bytes(0), Buffer.from(named('"a":1')), bytes(0)])),
  asBytes('invalid UTF-8 in a string', Buffer.concat([Buffer.from(named('"a":"').slice(0, -5)), bytes(0xff, 0xfe)])),
  asBytes('overlong UTF-8', Buffer.from('7b2261223a22c0af227d', 'hex')),
  asBytes('a surrogate encoded in UTF-8', Buffer.from('7b2261223a22eda080227d', 'hex')),
  asBytes('UTF-16', Buffer.from(named('"a":1'), 'utf16le')),
  asBytes(
    'UTF-16 with its byte-order mark',
    Buffer.concat([bytes(0xff, 0xfe), Buffer.from(named('"a":1'), 'utf16le')]),
  ),
  asBytes('a gzipped body', gzipSync(named('"a":1')), { 'content-encoding': 'gzip' }),
  asBytes('a form', 'object=whatsapp_business_account&entry=1', {
    'content-type': 'application/x-www-form-urlencoded',
  }),
  asBytes('arrays 100,000 deep', deep('[', ']')),
  asBytes('objects 100,000 deep', deep('{"a":', '}')),
  asBytes('arrays 100,000 deep inside a value', inChange(deep('[', ']'))),
  asBytes('brackets that never close', '['.repeat(1_000_000)),
  asBytes('two roots', `${named('"a":1')}${named('"a":1')}`),
  asBytes('NaN', named('"a":NaN')),
  asBytes('a comment', `/* */${named('"a":1')}`),
  asBytes('a trailing comma', inEntry('[],')),
  asBytes('single quotes', "{'object':'whatsapp_business_account','entry':[]}"),
  asBytes('a string', '"text"'),
  asBytes('null', 'null'),
  asBytes('object of a wrong type', '{"object":1,"entry":[]}'),
  asBytes('object repeated', '{"object":"page","object":"whatsapp_business_account","entry":[]}'),
  ...['null', '"text"', '7', 'true', '{"0":{}}'].map((entry) => asBytes(`entry ${entry}`, inEnvelope(entry))),

  { about: 'a byte-order mark', body: `\u{feff}${named('"a":1')}`, topics: [TYPED], keeps: ['"a":1'] },
  { about: 'a NUL character escaped', body: named('"a":"x\\u0000y"'), topics: [TYPED], keeps: ['"a":"x\\u0000y"'] },
  {
    about: 'lone surrogates escaped',
    body: named('"a":"\\ud800x\\udfff"'),
    topics: [TYPED],
    keeps: ['"a":"\ufffdx\ufffd"', '"replaced_surrogates":2'],
  },
  {
    about: 'a lone surrogate in a member name',
    body: named('"\\udc00":1'),
    topics: [TYPED],
    keeps: ['"\ufffd":1', '"replaced_surrogates":1'],
  },
  {
    about: 'a lone surrogate in an entry id',
    body: inEnvelope('[{"id":"\\ud800","changes":[{"field":"novel","value":1}]}]'),
    topics: [UNKNOWN],
    keeps: ['"entry_id":"\ufffd"', '"replaced_surrogates":'],
  },
  {
    about: 'control characters in an entry id',
    body: inEnvelope('[{"id":"a\\r\\nb\\u0000","changes":[{"field":"novel","value":1}]}]'),
    topics: [UNKNOWN],
    keeps: ['"entry_id":"a\\r\\nb\\u0000"'],
  },
  {
    about: 'a repeated member in a value',
    body: named('"a":1,"a":2'),
    topics: [DEAD],
    keeps: [Buffer.from('{"display_phone_number":"15550783881","decision":"APPROVED","a":1,"a":2}').toString('base64')],
  },
  {
    about: 'changes repeated in an entry',
    body: inEnvelope('[{"id":"77","changes":[],"changes":[{"field":"x","value":1}]}]'),
    topics: [DEAD],
  },
  {
    about: '__proto__ in a value',
    body: named('"__proto__":{"polluted":true}'),
    topics: [TYPED],
    keeps: ['"__proto__":{"polluted":true}'],
  },
  {
    about: 'constructor in a value',
    body: named('"constructor":{"prototype":{"polluted":1}}'),
    topics: [TYPED],
    keeps: ['"constructor":{"prototype":{"polluted":1}}'],
  },
  {
    about: '__proto__ beside object',
    body: '{"__proto__":{"polluted":1},"object":"whatsapp_business_account","entry":[{"id":"7","changes":[{"field":"novel","value":1}]}]}',
    topics: [UNKNOWN],
    keeps: ['"__proto__":{"polluted":1}'],
  },
  {
    about: '__proto__ as field',
    body: inChange('{}', '"__proto__"'),
    topics: [UNKNOWN],
    keeps: ['"field":"__proto__"'],
  },
  {
    about: 'constructor as field',
    body: inChange('{}', '"constructor"'),
    topics: [UNKNOWN],
    keeps: ['"field":"constructor"'],
  },
  {
    about: 'objects 190 deep',
    body: inChange(`${'{"a":'.repeat(190)}1${'}'.repeat(190)}`, '"novel"'),
    topics: [UNKNOWN],
    keeps: [`${'{"a":'.repeat(190)}1${'}'.repeat(190)}`],
  },
  { about: '1e400', body: named('"a":1e400,"b":-1e400'), topics: [TYPED], keeps: ['"a":1e400,"b":-1e400'] },
  {
    about: 'numbers of many digits',
    body: named(`"a":${'9'.repeat(10_000)},"b":0.${'1'.repeat(10_000)},"c":-0,"d":1E-999`),
    topics: [TYPED],
    keeps: [`"a":${'9'.repeat(10_000)},`, `"b":0.${'1'.repeat(10_000)},`, '"c":-0,"d":1E-999'],
  },
  {
    about: '1e400 as time',
    body: inEnvelope('[{"id":"77","time":1e400,"changes":[{"field":"novel","value":1}]}]'),
    topics: [UNKNOWN],
    keeps: ['1e400'],
  },
  ...['null', '{}', '[]', '"x"', 'true', '-1', '1e99', '""'].map(
    (time): BadBody => ({
      about: `time ${time}`,
      body: inEnvelope(`[{"id":"77","time":${time},"changes":[{"field":"novel","value":"t${time.length}"}]}]`),
      topics: [UNKNOWN],
      keeps: [`"time":${time}`],
    }),
  ),
  ...['null', '{}', '[]', 'true'].map(
    (id): BadBody => ({
      about: `id ${id}`,
      body: inEnvelope(`[{"id":${id},"changes":[{"field":"novel","value":1}]}]`),
      topics: [DEAD],
      keeps: [`"id":${id}`],
    }),
  ),
  {
    about: 'id missing',
    body: inEnvelope('[{"changes":[{"field":"novel","value":"no id"}]}]'),
    topics: [DEAD],
    keeps: ['no id'],
  },
  {
    about: 'id a number beyond 2^53',
    body: inEnvelope('[{"id":98765432109876543210,"changes":[{"field":"novel","value":1}]}]'),
    topics: [UNKNOWN],
    keeps: ['"entry_id":"98765432109876543210"'],
  },
  ...['null', '{"0":1}', '"x"', '7'].map(
    (changes): BadBody => ({
      about: `changes ${changes}`,
      body: inEntry(changes),
      topics: [DEAD],
      keeps: [`"changes":${changes}`],
    }),
  ),
  ...['null', '{}', '[]', '7'].map(
    (field): BadBody => ({
      about: `field ${field}`,
      body: inChange('{"a":1}', field),
      topics: [DEAD],
      keeps: [`"field":${field}`],
    }),
  ),
  { about: 'entries of wrong types', body: inEnvelope('[null,1,"x",[],true]'), topics: [DEAD, DEAD, DEAD, DEAD, DEAD] },
  { about: 'changes of wrong types', body: inEntry('[null,1,"x",[],true]'), topics: [DEAD, DEAD, DEAD, DEAD, DEAD] },
  {
    about: 'a field name of 100,000 characters',
    body: inChange('1', `"${'f'.repeat(100_000)}"`),
    topics: [UNKNOWN],
    keeps: ['f'.repeat(100_000)],
  },
  {
    about: 'an entry id of 100,000 characters',
    body: inEnvelope(`[{"id":"${'i'.repeat(100_000)}","changes":[{"field":"novel","value":1}]}]`),
    topics: [DEAD],
    keeps: ['i'.repeat(100_000)],
  },
  {
    about: '1,000 entries',
    body: inEnvelope(many(1000, (number) => `{"id":"${number + 1}","changes":[{"field":"novel","value":${number}}]}`)),
    topics: Array(1000).fill(UNKNOWN),
  },
  {
    about: '1,000 changes in one entry',
    body: inEntry(many(1000, (number) => `{"field":"novel","value":"change ${number}"}`)),
    topics: Array(1000).fill(UNKNOWN),
  },
  {
    about: '50,000 members beside the entries, and a number of many digits',
    body: `{"object":"page","entry":[{"id":"5"}],"n":1e400,${many(50_000, (number) => `"m${number}":1`).slice(1, -1)}}`,
    topics: [UNKNOWN],
    keeps: ['"m49999":1'],
  },
  { about: '3 MiB to the byte', body: named(`"a":"${'x'.repeat(3 * MIB - named('"a":""').length)}"`), topics: [TYPED] },
];

let service: TestService;
let rssBefore = 0;
beforeAll(async () => {
  service = await startTestService();
  await postSigned(service.webhookUrl, nameUpdate().body);
  rssBefore = process.memoryUsage().rss;
});
afterAll(() => service.remove());

describe.each(CASES)('$about', ({ body, topics, keeps = [], headers = {} }) => {
  it('unsigned is refused, and nothing is stored', async () => {
    const before = (await service.records()).length;
    const unsigned = await postUnsigned(service.webhookUrl, body, headers);
    const forged = await postUnsigned(service.webhookUrl, body, {
      ...headers,
      'x-hub-signature-256': `sha256=${'1'.repeat(64)}`,
    });
    expect([unsigned.status, forged.status]).toEqual([401, 401]);
    expect(await service.records()).toHaveLength(before);
  });

  it('signed is taken, and what came is in the store', async () => {
    const before = (await service.records()).length;
    const usage = process.cpuUsage();
    expect((await postSigned(service.webhookUrl, body, headers)).status).toBe(200);
    // Of the processor: what the clock says depends on who else is busy.
    const { user, system } = process.cpuUsage(usage);
    expect((user + system) / 1000).toBeLessThan(2000);
    const stored = (await service.records()).slice(before);
    expect(stored.map(({ topic }) => topic)).toEqual(topics);
    const values = stored.map(({ value }) => value).join('\n');
    for (const text of keeps) expect(values.includes(text)).toBe(true);
    for (const { value, headers: recordHeaders } of stored) {
      expect(() => JSON.parse(value)).not.toThrow();
      expect(value.isWellFormed()).toBe(true);
      for (const header of Object.values(recordHeaders)) expect(header.isWellFormed()).toBe(true);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('after all of them', () => {
  it('the service is ready, takes a good request and has not grown', async () => {
    expect((await ask(`${service.internalUrl}/ready`)).status).toBe(200);
    const { body } = nameUpdate();
    expect((await postSigned(service.webhookUrl, body)).status).toBe(200);
    expect((await service.records()).at(-1)?.topic).toBe(TYPED);
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(300 * MIB);
    expect(service.logged('delivery').filter(({ outcome }) => outcome === 'internal')).toEqual([]);
  });
});
