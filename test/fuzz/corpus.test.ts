/** Every body of `test/fixtures/hostile` goes through the real service: what breaks it once is kept there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeEvent } from '../../src/events/decoding/decode-event.ts';
import { postSigned, postUnsigned } from '../support/signed-request.ts';
import { startTestService, type TestService } from '../support/start-service.ts';

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'hostile');
const files = readdirSync(FOLDER);

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.remove());

describe('a hostile body', () => {
  it.each(files)(
    '%s is kept when it is signed, refused when it is not, and sent again changes nothing',
    async (file) => {
      const body = readFileSync(join(FOLDER, file));
      const before = (await service.records()).length;
      expect((await postUnsigned(service.webhookUrl, body)).status).toBe(401);
      expect(
        (await postUnsigned(service.webhookUrl, body, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` })).status,
      ).toBe(401);
      expect((await service.records()).length).toBe(before);

      expect((await postSigned(service.webhookUrl, body)).status).toBe(200);
      const records = (await service.records()).slice(before);
      expect(records.length).toBeGreaterThan(0);
      expect(new Set(records.map(({ headers }) => headers.ce_id)).size).toBe(records.length);
      for (const record of records) {
        const event = decodeEvent({ ...record });
        expect(event.id).toBe(record.headers.ce_id);
        for (const text of [record.key ?? '', ...Object.values(record.headers)]) expect(text.isWellFormed()).toBe(true);
      }

      expect((await postSigned(service.webhookUrl, body)).status).toBe(200);
      const again = (await service.records()).slice(before + records.length);
      // The Test button's are new each time.
      expect(again.filter(({ value }) => JSON.parse(value).data.test !== true)).toEqual([]);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
      expect(service.logged('request failed')).toEqual([]);
    },
  );
});
