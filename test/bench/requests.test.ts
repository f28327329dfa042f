import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { prepareRequests, toHttpRequest } from '../../bench/load/requests.ts';

const ESCAPED =
  '{"object":"whatsapp_business_account","entry":[{"id":"0","time":1,"changes":[{"field":"phone_number_name_update","value":{"requested_verified_name":"Caf\\u00e9 \\/ \\ud83d\\ude00"}}]}]}';
const UTF8 = ESCAPED.replace('Caf\\u00e9 \\/ \\ud83d\\ude00', 'Café / 😀');

// The four vectors of Meta's signature, secret test_app_secret.
const VECTORS = [
  [
    'A',
    '{"object":"whatsapp_business_account","entry":[]}',
    'dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756',
  ],
  [
    'B',
    '{"object": "whatsapp_business_account", "entry": []}',
    '56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a',
  ],
  ['C', ESCAPED, '2da4290688a1f21dbcd940fb9b57c1fb00382f64935a9a90f5977a94b441f1cc'],
  ['D', UTF8, 'f9fcf14851256c8219bcdb4836697cd99585e841601e1d77ac200b1374d1a801'],
] as const;

const order = {
  workload: 'name-update',
  seed: 7,
  first: 0,
  count: 500,
  aroundSec: 1_790_000_000,
  secret: 's',
  verifyToken: 't',
} as const;

function bodyOf(request: Buffer): string {
  return request.toString().split('\r\n\r\n')[1] ?? '';
}

describe('a prepared request', () => {
  it.each(VECTORS)('carries the signature of vector %s', (_, body, hex) => {
    const request = toHttpRequest(body, 'test_app_secret');
    expect(request).toContain(`\r\nX-Hub-Signature-256: sha256=${hex}\r\n`);
    expect(request).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`);
    expect(request.endsWith(`\r\n\r\n${body}`)).toBe(true);
  });

  it('is signed over the bytes it sends', () => {
    for (const request of prepareRequests({ ...order, count: 50 })) {
      const hex = createHmac('sha256', 's').update(bodyOf(request)).digest('hex');
      expect(request.toString()).toContain(`sha256=${hex}\r\n`);
    }
  });

  it('is a name update as Meta documents it', () => {
    const [request] = prepareRequests({ ...order, count: 1 });
    const body = JSON.parse(bodyOf(request ?? Buffer.alloc(0)));
    const rejectionReason =
      body.entry[0].changes[0].value.decision === 'REJECTED' ? expect.stringMatching(/^NAME_/) : null;
    expect(body).toEqual({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: expect.stringMatching(/^102290129340\d{3}$/),
          time: expect.any(Number),
          changes: [
            {
              field: 'phone_number_name_update',
              value: {
                display_phone_number: expect.stringMatching(/^1555\d{7}$/),
                decision: expect.stringMatching(/^(APPROVED|DEFERRED|PENDING|REJECTED)$/),
                requested_verified_name: expect.any(String),
                rejection_reason: rejectionReason,
              },
            },
          ],
        },
      ],
    });
  });

  it('is unlike every other of the run, over rounds too', () => {
    const both = [...prepareRequests(order), ...prepareRequests({ ...order, first: 500 })];
    expect(new Set(both.map(bodyOf)).size).toBe(1000);
  });

  it('is the same again for the same seed, and another for another', () => {
    const again = prepareRequests(order).map(String);
    expect(prepareRequests(order).map(String)).toEqual(again);
    expect(prepareRequests({ ...order, seed: 8 }).map(String)).not.toEqual(again);
  });

  it('spreads over accounts and numbers', () => {
    const numbers = prepareRequests(order).map(
      (request) => /"display_phone_number":"(\d+)"/.exec(bodyOf(request))?.[1],
    );
    expect(new Set(numbers).size).toBeGreaterThan(450);
  });
});
