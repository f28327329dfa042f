import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { escapeInvisible } from '../../src/core/invisible.ts';
import { openRaw } from '../support/raw-http.ts';
import { type RunningService, SECRET, startServe, TOKEN } from '../support/run-cli.ts';
import { signatureOf } from '../support/signed-request.ts';

const dataDir = join(tmpdir(), `hubcast-log-${randomUUID()}`);
let service: RunningService;
let output = '';
beforeAll(async () => {
  service = await startServe({
    DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
    API_TOKENS: `ops=${'t'.repeat(20)};numbers:read`,
  });
  service.child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
});
afterAll(async () => {
  await service.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

it('escapes what JSON leaves and a terminal obeys', () => {
  const hostile = JSON.stringify('\u009b2J\u007f\u2028\u202e\u2066\ufeff\u200e\u{e0041} é 👩\u200d🚀');
  expect(escapeInvisible(hostile)).toBe(
    '"\\u009b2J\\u007f\\u2028\\u202e\\u2066\\ufeff\\u200e\\udb40\\udc41 é 👩\u200d🚀"',
  );
  expect(JSON.parse(escapeInvisible(hostile))).toBe(JSON.parse(hostile));
  expect(escapeInvisible('plain but for \u007f')).toBe('plain but for \\u007f');
});

it('no header, path or field breaks a line of the log, or commands a terminal', async () => {
  const hostile = [
    '\u001b[31mred\u001b[0m',
    '\u009b2J',
    'a\tb',
    '"}\u0085{"level":"info","msg":"ready"}',
    '\u202egnp.exe',
    '{"msg":"ready"}',
    '%0d%0a{"msg":"ready"}',
    '\u007f\ufeff',
  ];
  const places = (text: string) => [
    `GET /${text} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /webhook?hub.mode=${text}&hub.verify_token=${text}&hub.challenge=${text} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `${text} /webhook HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /live HTTP/1.1\r\nHost: ${text}\r\n\r\n`,
    ...['X-Hub-Signature-256', 'traceparent', 'Content-Length', 'User-Agent', 'Authorization', 'Origin', text].map(
      (name) => `POST /webhook HTTP/1.1\r\nHost: x\r\n${name}: ${text}\r\nContent-Length: 2\r\n\r\n{}`,
    ),
  ];
  for (const text of hostile) {
    for (const request of places(text)) {
      for (const url of [service.publicUrl, service.internalUrl]) {
        for (const encoding of ['utf8', 'latin1'] as const) {
          const client = await openRaw(url);
          await client.write(Buffer.from(request, encoding));
          await client.answer().catch(() => undefined);
          client.destroy();
        }
      }
    }
    const value = { display_phone_number: text, decision: text, [text]: text };
    const body = JSON.stringify({
      object: text,
      entry: [
        {
          id: text,
          time: text,
          changes: [
            { field: text, value },
            { field: 'phone_number_name_update', value },
          ],
        },
      ],
    });
    const headers = { 'x-hub-signature-256': signatureOf(body, SECRET), traceparent: 'x' };
    expect((await fetch(`${service.publicUrl}/webhook`, { method: 'POST', body, headers })).status).toBe(200);
  }
  const marker = `x-${randomUUID()}`;
  await fetch(`${service.publicUrl}/webhook?hub.mode=subscribe&hub.verify_token=${TOKEN}&hub.challenge=${marker}`);
  for (let n = 0; n < 100 && !output.includes('"verified"'); n += 1) await new Promise((go) => setTimeout(go, 20));
  const lines = output.split('\n').slice(0, -1);
  expect(lines.length).toBeGreaterThan(hostile.length * 10);
  expect(output.match(/[^\P{Cc}\n]|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/u)).toBeNull();
  for (const line of lines)
    expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), msg: expect.any(String) });
  expect(lines.map((line) => JSON.parse(line).msg).filter((msg) => msg === 'ready')).toEqual([]);
});
