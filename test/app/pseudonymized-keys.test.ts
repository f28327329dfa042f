import { describe, expect, it } from '@jest/globals';
import { createEndpoints } from '../../src/app/endpoints.ts';
import { createRedactor } from '../../src/capture/redact-body.ts';
import { readSettings } from '../../src/config/read-settings.ts';
import { createLog } from '../../src/core/log.ts';
import { decodeEvent } from '../../src/events/decoding/decode-event.ts';
import { allFields } from '../../src/fields/registry.ts';
import type { OutgoingRecord } from '../../src/records/record.ts';
import { samplesOf } from '../../src/sdk/testing/samples.ts';
import { readSignature } from '../../src/webhook/signature.ts';
import { signatureOf } from '../support/signed-request.ts';
import { APP_SECRET, VERIFY_TOKEN } from '../support/start-service.ts';

async function recordsOf(payload: string, env: Record<string, string>): Promise<OutgoingRecord[]> {
  const stored: OutgoingRecord[] = [];
  const settings = readSettings({ META_APP_SECRET: APP_SECRET, META_VERIFY_TOKEN: VERIFY_TOKEN, ...env });
  const endpoint = createEndpoints(() => settings, {
    append: async (records) => void stored.push(...records),
    onStored: [],
    log: createLog('silent', process.stderr),
  })(null);
  const body = Buffer.from(payload);
  const signature = readSignature(signatureOf(body));
  await endpoint?.receive({
    body,
    signature,
    traceparent: undefined,
    receivedMs: 1e12,
    deliveryId: '5f0c9d2e-7a31-4b8e-9c64-2d1e3f405162',
  });
  return stored;
}

const HIDDEN = /^[0-9a-f]{32}$/;
const on = { KEY_PSEUDONYM_SECRET: 'a secret of many characters' };

describe('KEY_PSEUDONYM_SECRET', () => {
  it.each(allFields().map(({ name }) => name))(
    'hides the people of %s in keys and headers, and nothing else',
    async (field) => {
      for (const { payload } of samplesOf(field as Parameters<typeof samplesOf>[0])) {
        const plain = await recordsOf(payload, {});
        const hidden = await recordsOf(payload, on);
        const other = await recordsOf(payload, { KEY_PSEUDONYM_SECRET: 'another secret of many characters' });
        expect(hidden.map(({ id, topic }) => [id, topic])).toEqual(plain.map(({ id, topic }) => [id, topic]));
        for (const [index, record] of hidden.entries()) {
          const before = plain[index] as OutgoingRecord;
          const [number, participant] = (before.key ?? '').split(':');
          const subject = record.headers.ce_subject;
          if (subject !== before.headers.ce_subject) expect(subject).toMatch(HIDDEN);
          if (record.key !== before.key) {
            expect(record.key).toMatch(new RegExp(`^${number}:[0-9a-f]{32}$`));
            expect(record.key).not.toBe(other[index]?.key);
            expect(JSON.stringify(record.headers)).not.toContain(participant);
          }
          expect(JSON.parse(record.value)).toEqual({
            ...JSON.parse(before.value),
            ...(subject === undefined ? {} : { subject }),
          });
          expect(decodeEvent({ ...record, value: record.value }).id).toBe(before.id);
        }
      }
    },
  );

  /** Phone-number and account events are about the business's own numbers, which redaction takes out too. */
  const aboutPeople = allFields().filter(({ family }) => family !== 'phone-numbers' && family !== 'accounts');
  it.each(aboutPeople.map(({ name }) => name))(
    'leaves nothing in key and subject of %s that redaction would take out',
    async (field) => {
      const redact = createRedactor(Buffer.alloc(32, 1));
      for (const { payload } of samplesOf(field as Parameters<typeof samplesOf>[0])) {
        const redacted = redact(Buffer.from(payload)).body.toString();
        const shown = ({ key, headers }: OutgoingRecord) => [...(key ?? '').split(':'), headers.ce_subject ?? ''];
        const harmless = (await recordsOf(redacted, {})).flatMap(shown);
        for (const text of (await recordsOf(payload, on)).flatMap(shown))
          if (!HIDDEN.test(text)) expect(harmless).toContain(text);
      }
    },
  );

  const keysOf = async (...changes: { field: string; value: object }[]) => {
    const metadata = { phone_number_id: '1' };
    const payload = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '2', changes: changes.map(({ field, value }) => ({ field, value: { metadata, ...value } })) }],
    });
    return (await recordsOf(payload, on)).map(({ key }) => key);
  };

  it('gives one person one key, whichever field the chat is in', async () => {
    const text = { timestamp: '1750030073', type: 'text', text: { body: 'x' } };
    const keys = await keysOf(
      { field: 'messages', value: { messages: [{ ...text, id: 'wamid.1', from: '16505551234' }] } },
      { field: 'smb_message_echoes', value: { message_echoes: [{ ...text, id: 'wamid.2', to: '16505551234' }] } },
      { field: 'user_preferences', value: { user_preferences: [{ wa_id: '16505551234', value: 'stop' }] } },
    );
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^1:[0-9a-f]{32}$/);
  });

  it('gives the statuses of one message one key, whatever names the person', async () => {
    const status = { id: 'wamid.1', timestamp: '1750030073' };
    const statuses = [
      { ...status, status: 'sent', recipient_id: '16505551234' },
      { ...status, status: 'read', recipient_user_id: 'US.1' },
    ];
    const keys = await keysOf({ field: 'messages', value: { statuses } });
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^1:[0-9a-f]{32}$/);
  });

  it('is no short word', () => {
    expect(() => readSettings({ META_APP_SECRET: 's', META_VERIFY_TOKEN: 't', KEY_PSEUDONYM_SECRET: 'short' })).toThrow(
      'KEY_PSEUDONYM_SECRET has fewer than 16 characters',
    );
  });
});
