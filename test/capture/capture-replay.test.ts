/** Captured on one instance, exported without people, replayed into another: the same events in the same order. */
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readCaptureLines } from '../../src/capture/capture-file.ts';
import { type Choice, createChoice } from '../../src/capture/choose.ts';
import type { StoredRecord } from '../../src/records/record.ts';
import { replayCapture } from '../../src/sdk/testing/replay-capture.ts';
import { sendTo } from '../../src/webhook/send.ts';
import { collect } from '../support/collect.ts';
import { runCli } from '../support/run-cli.ts';
import { APP_SECRET, startTestService, type TestService } from '../support/start-service.ts';
import { GOLDEN_BODIES } from './fixtures.ts';
import { peopleIn } from './people-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'hubcast-capture-'));
const file = join(folder, 'capture.jsonl');
const redacted = join(folder, 'redacted.jsonl');
const secretFile = join(folder, 'secret');
let first: TestService;

beforeAll(async () => {
  writeFileSync(secretFile, APP_SECRET);
  first = await startTestService({ CAPTURE: 'on' });
  for (const [, body] of GOLDEN_BODIES) {
    expect((await sendTo(first.webhookUrl, body, { secret: APP_SECRET })).status).toBe(200);
  }
  await exported('--output', file, '--from', 'start');
  await exported('--output', redacted, '--redact');
}, 60_000);

afterAll(async () => {
  await first?.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function exported(...args: readonly string[]) {
  return runCli(['capture', 'export', ...args], { env: { DATA_DIR: first.dataDir } });
}

const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');
const isEvent = ({ topic }: StoredRecord) => !topic.endsWith('.raw');

/** As a word of its own: "test" is a part of other words. */
function standsIn(text: string, person: string): boolean {
  const literal = person.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\d])${literal}(?![\\p{L}\\d])`, 'u').test(text);
}

/** The types of each key in their order, whatever the key is called. An entry of another object only looks like an account. */
function perKey(records: readonly StoredRecord[]): string[] {
  const ofObject = ({ value }: StoredRecord) => JSON.parse(value).data.unrecognized?.envelope?.object !== undefined;
  const byKey = Map.groupBy(records.filter(isEvent), (record) => `${record.topic} ${record.key} ${ofObject(record)}`);
  return [...byKey.values()].map((all) => JSON.stringify(all.map(({ headers }) => headers.ce_type))).sort();
}

describe('a capture', () => {
  it('holds each request once, byte for byte, in the order it was stored', () => {
    const distinct = [...new Set(GOLDEN_BODIES.map(([, body]) => body.toString('base64')))];
    expect(linesOf(file).map((line) => JSON.parse(line).body_base64)).toEqual(distinct);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('has nobody in it when it is redacted', () => {
    const bodies = linesOf(redacted).map((line) => Buffer.from(JSON.parse(line).body_base64, 'base64').toString());
    const all = readFileSync(redacted, 'latin1') + bodies.join('\n');
    const people = new Set(GOLDEN_BODIES.flatMap(([, body]) => peopleIn(body)));
    expect(people.size).toBeGreaterThan(50);
    const found = [...people].filter((person) => standsIn(all, person));
    expect(found).toEqual([]);
  });

  it.each([
    ['as it was', file],
    ['redacted', redacted],
  ])(
    'replayed into a second instance %s becomes the same events, in the same order for each key',
    async (_, path) => {
      const second = await startTestService();
      try {
        const { code, stdout } = await runCli([
          'replay',
          path,
          '--url',
          second.webhookUrl,
          '--secret-file',
          secretFile,
          '--json',
        ]);
        const lines = linesOf(path).length;
        expect(JSON.parse(stdout)).toMatchObject({ sent: lines, answers: { 200: lines }, bad_lines: 0, stopped: null });
        expect(code).toBe(0);
        expect(perKey(await second.records())).toEqual(perKey(await first.records()));
      } finally {
        await second.remove();
      }
    },
    120_000,
  );

  it('is the same records in a test, without a server', async () => {
    const records = await collect(replayCapture(file));
    const withoutPlace = ({ key, topic, value, headers, timestampMs }: StoredRecord) => {
      const { traceparent, ...rest } = headers;
      return { key, topic, value, headers: rest, timestampMs };
    };
    expect(records.map(withoutPlace)).toEqual((await first.records()).filter(isEvent).map(withoutPlace));
  });
});

describe('capture export', () => {
  const body = (text: string) => Buffer.from(JSON.parse(text).body_base64, 'base64').toString();

  it('chooses by app, field, account, event id and time', async () => {
    const read = await collect(readCaptureLines(createReadStream(file)));
    const requests = read.flatMap((line) => ('request' in line ? [line.request] : []));
    const chosen = (choice: Choice) => requests.filter(createChoice(choice));
    const bodiesOf = (choice: Choice) => chosen(choice).map(({ body }) => Buffer.from(body).toString());
    const events = (await first.records()).map(({ value }) => JSON.parse(value));
    const { id, deliveryid } = events.find(({ type }) => type === 'whatsapp.security');

    expect(chosen({ eventIds: [id] }).map(({ deliveryId }) => deliveryId)).toEqual([deliveryid]);
    const byField = bodiesOf({ fields: ['security', 'flows'] });
    expect(byField.length).toBeGreaterThan(2);
    expect(byField.filter((body) => !/"field": ?"(?:security|flows)"/.test(body))).toEqual([]);
    const byAccount = bodiesOf({ accounts: ['2949482758682047'] });
    expect(byAccount.length).toBeGreaterThan(0);
    expect(byAccount.filter((body) => !body.includes('2949482758682047'))).toEqual([]);
    expect(chosen({ fields: ['security'], accounts: ['2949482758682047'] })).toEqual([]);
    const { receivedMs = 0 } = requests.at(-1) ?? {};
    expect(chosen({ untilMs: receivedMs }).length + chosen({ sinceMs: receivedMs }).length).toBe(requests.length);
    expect([chosen({ apps: ['main'] }).length, chosen({ apps: ['shop'] }).length]).toEqual([requests.length, 0]);
  });

  it('takes what to choose from its options', async () => {
    const [byField, older] = await Promise.all([
      exported('--field', 'security', '--from', '1h'),
      exported('--to', '1h'),
    ]);
    expect(
      byField.stdout
        .trim()
        .split('\n')
        .map(body)
        .filter((text) => !text.includes('"security"')),
    ).toEqual([]);
    expect(older).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/^0 of \d+ captured requests written/),
    });
  });

  it('gives the same pseudonyms with the same key, others without', async () => {
    const key = join(folder, 'key');
    writeFileSync(key, 'k'.repeat(32));
    const [one, two, three] = await Promise.all([
      exported('--field', 'security', '--redact', '--redact-key-file', key),
      exported('--field', 'security', '--redact', '--redact-key-file', key),
      exported('--field', 'security', '--redact'),
    ]);
    expect(one.stdout).toBe(two.stdout);
    expect(one.stdout).not.toBe(three.stdout);
  });

  it('refuses a short key, a file that is there, and a key without --redact', async () => {
    const short = join(folder, 'short');
    writeFileSync(short, 'abc');
    const refused = await Promise.all([
      exported('--redact', '--redact-key-file', short),
      exported('--redact-key-file', short),
      exported('--output', file),
    ]);
    expect(refused.map(({ code, stderr }) => [code, stderr])).toEqual(
      [/has 3 bytes/, /needs --redact/, /EEXIST/].map((what) => [2, expect.stringMatching(what)]),
    );
  });

  it('does not capture where it is not asked to', async () => {
    const service = await startTestService();
    await sendTo(service.webhookUrl, GOLDEN_BODIES[0]?.[1] ?? '', { secret: APP_SECRET });
    expect((await service.records()).filter((record) => !isEvent(record))).toEqual([]);
    const { stderr, code } = await runCli(['capture', 'export'], { env: { DATA_DIR: service.dataDir } });
    expect([code, stderr]).toEqual([0, expect.stringContaining('Does the service run with CAPTURE=on')]);
    await service.remove();
  });
});
