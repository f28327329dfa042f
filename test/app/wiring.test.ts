/** Settings that must reach what they are about: each test fails when the setting is not handed on. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readSettings } from '../../src/config/read-settings.ts';
import type { Settings } from '../../src/config/settings.ts';
import { createLog } from '../../src/core/log.ts';
import { toJournalOptions } from '../../src/stores/journal/kind.ts';
import { toKafkaOptions } from '../../src/stores/kafka/options.ts';
import { openReader, storeOf } from '../../src/stores/select.ts';
import { warnOfUnforwardedEvents } from '../../src/stores/unforwarded-events.ts';
import { makeRecord } from '../stores/make-record.ts';
import { readAll } from '../stores/read-all.ts';
import { head, openRaw } from '../support/raw-http.ts';
import { nameUpdate, postSigned, signatureOf } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';
import { until } from '../support/until.ts';

const log = createLog('silent', { write: () => undefined });
const MIB = 1024 * 1024;
const TOPIC = 'whatsapp.phone-numbers';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

function settingsWith(env: Record<string, string>) {
  return readSettings({ META_APP_SECRET: 's', META_VERIFY_TOKEN: 't', ...env });
}

const open = (settings: Settings) => storeOf(settings).open({ settings: () => settings, log });

async function start(env: Record<string, string>): Promise<TestService> {
  const service = await startTestService(env);
  cleanups.push(service.remove);
  return service;
}

describe('PUBLISH_FAMILIES', () => {
  it('leaves the events of other families out, answers 200, and keeps dead letters', async () => {
    const service = await start({ PUBLISH_FAMILIES: 'accounts' });
    expect((await postSigned(service.webhookUrl, nameUpdate().body)).status).toBe(200);
    expect((await postSigned(service.webhookUrl, 'no JSON')).status).toBe(200);
    expect((await service.records()).map(({ topic }) => topic)).toEqual(['whatsapp.dead-letter']);
    expect(service.logged('delivery')[0]).toMatchObject({ dropped: 1 });
  });

  it('decides which topics are made', () => {
    const settings = settingsWith({ PUBLISH_FAMILIES: 'accounts,calls', KAFKA_BROKERS: 'k:1' });
    const { topics } = toKafkaOptions({ settings: () => settings, log });
    expect(topics.map(({ family }) => family)).toEqual(['accounts', 'calls', 'dead-letter']);
  });

  it('asks for the topic of the state only where numbers are watched', () => {
    const familiesWith = (env: Record<string, string>) => {
      const settings = settingsWith({ KAFKA_BROKERS: 'k:1', ...env });
      return toKafkaOptions({ settings: () => settings, log }).topics.map(({ family }) => family);
    };
    const graph = { META_ACCESS_TOKEN: 'token', WABA_IDS: '1' };
    expect(familiesWith({})).not.toContain('phone-number-state');
    expect(familiesWith({ ...graph, ROLES: 'receive' })).not.toContain('phone-number-state');
    expect(familiesWith(graph)).toContain('phone-number-state');
  });
});

describe('TOPIC_PREFIX and TOPIC_NAMES', () => {
  it('name the topics that are written', async () => {
    const service = await start({ TOPIC_PREFIX: 'wa', TOPIC_NAMES: 'dead-letter=lost' });
    await postSigned(service.webhookUrl, nameUpdate().body);
    await postSigned(service.webhookUrl, 'no JSON');
    expect((await service.records()).map(({ topic }) => topic)).toEqual(['wa.phone-numbers', 'lost']);
  });
});

describe('the times of the listeners', () => {
  it('HEADERS_TIMEOUT_MS cuts a head that does not end, on both listeners', async () => {
    const service = await start({ HEADERS_TIMEOUT_MS: '200' });
    for (const url of [service.publicUrl, service.internalUrl]) {
      const client = await openRaw(url);
      cleanups.push(client.destroy);
      await client.write('POST /webhook HTTP/1.1\r\nHost: x\r\n');
      expect(await client.closed(3000)).toBe(true);
    }
  });

  it('REQUEST_TIMEOUT_MS cuts a body that does not end', async () => {
    const service = await start({ HEADERS_TIMEOUT_MS: '100', REQUEST_TIMEOUT_MS: '300' });
    const client = await openRaw(service.publicUrl);
    cleanups.push(client.destroy);
    const { body } = nameUpdate();
    const headers = { 'X-Hub-Signature-256': signatureOf(body), 'Content-Length': body.length };
    await client.write(head('POST /webhook HTTP/1.1', headers) + body.slice(0, -1));
    expect(await client.closed(3000)).toBe(true);
  });

  it('KEEP_ALIVE_TIMEOUT_MS closes a connection that is no longer used', async () => {
    const service = await start({ KEEP_ALIVE_TIMEOUT_MS: '200' });
    const client = await openRaw(service.publicUrl);
    cleanups.push(client.destroy);
    const { body } = nameUpdate();
    const headers = { 'X-Hub-Signature-256': signatureOf(body), 'Content-Length': body.length };
    await client.write(head('POST /webhook HTTP/1.1', headers) + body);
    expect((await client.answer()).headers.connection).toBe('keep-alive');
    expect(await client.closed(4000)).toBe(true);
  });
});

describe('MAX_IN_FLIGHT_BYTES', () => {
  it('is the room for bodies', async () => {
    const service = await start({ MAX_IN_FLIGHT_BYTES: String(MIB), MAX_BODY_BYTES: String(MIB) });
    const client = await openRaw(service.publicUrl);
    cleanups.push(client.destroy);
    const headers = { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}`, 'Content-Length': MIB };
    await client.write(head('POST /webhook HTTP/1.1', headers) + 'x'.repeat(MIB - 1));
    // The body that stands still has to go for those that come.
    let cut = false;
    for (let attempt = 0; !cut && attempt < 30; attempt += 1) {
      await postSigned(service.webhookUrl, nameUpdate().body);
      cut = await client.closed(100);
    }
    expect({ cut, answer: client.received() }).toEqual({ cut: true, answer: expect.stringContaining(' 503 ') });
  });
});

describe('the settings of the journal', () => {
  function folder(): string {
    const dataDir = mkdtempSync(join(tmpdir(), 'hubcast-wiring-'));
    cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
    return dataDir;
  }

  it('JOURNAL_RETENTION_HOURS decides what is too old', async () => {
    const DATA_DIR = folder();
    const openWith = (hours: number) => {
      const settings = settingsWith({ DATA_DIR, JOURNAL_RETENTION_HOURS: String(hours) });
      return open(settings);
    };
    const stored = async () => {
      const reader = openReader({ settings: () => settingsWith({ DATA_DIR }), log });
      const records = await readAll(reader.read, TOPIC);
      reader.close();
      return records.length;
    };
    const before = await openWith(4);
    await before.append([makeRecord(TOPIC, { timestampMs: Date.now() - 3 * 3_600_000 })]);
    await before.close();
    const patient = await openWith(4);
    await sleep(300);
    expect(await stored()).toBe(1);
    await patient.close();
    const hasty = await openWith(2);
    cleanups.push(hasty.close);
    await until(async () => (await stored()) === 0);
  });

  it('JOURNAL_MAX_BYTES is where it is full', async () => {
    const settings = settingsWith({ DATA_DIR: folder(), JOURNAL_MAX_BYTES: String(4 * MIB) });
    const store = await open(settings);
    cleanups.push(store.close);
    const write = async () => {
      for (let written = 0; written < 8; written += 1)
        await store.append([makeRecord(TOPIC, { value: JSON.stringify(randomBytes(MIB / 2).toString('hex')) })]);
    };
    await expect(write()).rejects.toMatchObject({ code: 'store_full' });
  });

  it.each([
    ['WRITE_TIMEOUT_MS', '1234', 'writeTimeoutMs', 1234],
    ['JOURNAL_RETENTION_HOURS', '5', 'retentionHours', 5],
    ['JOURNAL_MAX_BYTES', '5000000', 'maxBytes', 5_000_000],
    ['DATA_DIR', 'elsewhere', 'dataDir', 'elsewhere'],
  ])('%s=%s becomes %s', (name, text, option, value) => {
    expect(toJournalOptions(settingsWith({ [name]: text }), log)).toMatchObject({ [option]: value });
  });
});

describe('the settings of Kafka', () => {
  const optionsWith = (env: Record<string, string>) => {
    const settings = settingsWith({ KAFKA_BROKERS: 'a:1,b:2', ...env });
    return toKafkaOptions({ settings: () => settings, log });
  };

  it.each([
    ['KAFKA_BROKERS', 'c:3', 'brokers', ['c:3']],
    ['KAFKA_CLIENT_ID', 'me', 'clientId', 'me'],
    ['KAFKA_CREATE_TOPICS', 'off', 'createTopics', false],
    ['KAFKA_PARTITIONS', '11', 'partitions', 11],
    ['KAFKA_REPLICATION_FACTOR', '2', 'replicationFactor', 2],
    ['KAFKA_COMPRESSION', 'zstd', 'compression', 'zstd'],
    ['KAFKA_DEDUPE_IDS', '7', 'dedupeIds', 7],
    ['WRITE_TIMEOUT_MS', '1234', 'writeTimeoutMs', 1234],
    ['MAX_BODY_BYTES', '2048', 'maxMessageBytes', 4096],
  ])('%s=%s becomes %s', (name, text, option, value) => {
    expect(optionsWith({ [name]: text })).toMatchObject({ [option]: value });
  });

  it('TLS and SASL are asked for at each connection, so that rotated ones are used', () => {
    let settings = settingsWith({
      KAFKA_BROKERS: 'a:1',
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA: 'ca',
      KAFKA_TLS_CERT: 'cert',
      KAFKA_TLS_KEY: 'key',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: 'user',
      KAFKA_SASL_PASSWORD: 'first',
    });
    const { tls, sasl } = toKafkaOptions({ settings: () => settings, log });
    const current = () => [typeof tls === 'function' && tls(), typeof sasl === 'function' && sasl()];
    const mechanism = 'SCRAM-SHA-512';
    expect(current()).toEqual([
      { ca: 'ca', cert: 'cert', key: 'key' },
      { mechanism, username: 'user', password: 'first' },
    ]);
    settings = { ...settings, KAFKA_TLS_KEY: 'other', KAFKA_SASL_PASSWORD: 'second' };
    expect(current()).toEqual([
      { ca: 'ca', cert: 'cert', key: 'other' },
      { mechanism, username: 'user', password: 'second' },
    ]);
  });

  it('without them neither is set', () => {
    expect(optionsWith({})).not.toHaveProperty('tls');
    expect(optionsWith({})).not.toHaveProperty('sasl');
  });
});

describe('a journal beside KAFKA_BROKERS', () => {
  const warning = 'there is a journal with events that are not in Kafka, and nothing forwards them';
  const warned = (dataDir: string, env: Record<string, string>) => {
    const lines: string[] = [];
    const noisy = createLog('warn', { write: (line: string) => void lines.push(line) });
    const settings = settingsWith({ DATA_DIR: dataDir, ...env });
    if (!storeOf(settings).ownsJournal) warnOfUnforwardedEvents(dataDir, noisy);
    return lines.map((line) => (JSON.parse(line) as { msg: string }).msg);
  };

  it('is told at the start while it holds what nothing forwards', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'hubcast-left-'));
    cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
    const kafka = { KAFKA_BROKERS: 'k:1' };
    expect(warned(dataDir, kafka)).toEqual([]);
    const store = await open(settingsWith({ DATA_DIR: dataDir }));
    expect(warned(dataDir, kafka)).toEqual([]);
    await store.append([makeRecord(TOPIC)]);
    expect(warned(dataDir, kafka)).toEqual([warning]);
    expect([warned(dataDir, { ...kafka, SPOOL: 'on' }), warned(dataDir, {})]).toEqual([[], []]);
    await store.close();
  });
});
