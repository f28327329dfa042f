import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readSignature, signPayload, toAppSecret, verifySignature } from '../../src/webhook/signature.ts';

const secret = toAppSecret('test_app_secret');

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
  [
    'C, escaped',
    String.raw`{"object":"whatsapp_business_account","entry":[{"id":"0","time":1,"changes":[{"field":"phone_number_name_update","value":{"requested_verified_name":"Caf\u00e9 \/ \ud83d\ude00"}}]}]}`,
    '2da4290688a1f21dbcd940fb9b57c1fb00382f64935a9a90f5977a94b441f1cc',
  ],
  [
    'D, raw UTF-8',
    '{"object":"whatsapp_business_account","entry":[{"id":"0","time":1,"changes":[{"field":"phone_number_name_update","value":{"requested_verified_name":"Café / 😀"}}]}]}',
    'f9fcf14851256c8219bcdb4836697cd99585e841601e1d77ac200b1374d1a801',
  ],
] as const;

describe('the published signature vectors', () => {
  it.each(VECTORS)('%s', (_, text, hex) => {
    const body = Buffer.from(text);
    expect(signPayload(body, secret)).toBe(`sha256=${hex}`);
    expect(verifySignature(body, readSignature(`sha256=${hex}`), [secret])).toBe(body);
  });

  it('are not interchangeable, though C and D are the same JSON', () => {
    const [, , c, d] = VECTORS;
    expect(JSON.parse(c[1])).toEqual(JSON.parse(d[1]));
    expect(() => verifySignature(Buffer.from(c[1]), readSignature(`sha256=${d[2]}`), [secret])).toThrow(
      'does not match',
    );
  });
});

describe('verifySignature', () => {
  it('accepts only bytes signed with one of several secrets', () => {
    const other = toAppSecret('other');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(), (bytes, position) => {
        const body = Buffer.from(bytes);
        const signature = readSignature(signPayload(body, secret));
        expect(verifySignature(body, signature, [other, secret])).toBe(body);
        expect(() => verifySignature(body, signature, [other])).toThrow('does not match');
        const spoilt = Buffer.from(body);
        const at = position % spoilt.length;
        spoilt.writeUInt8((spoilt.readUInt8(at) + 1) % 256, at);
        expect(() => verifySignature(spoilt, signature, [secret])).toThrow('does not match');
      }),
    );
  });
});

it('says when an older secret was used', () => {
  const newer = toAppSecret('newer');
  const body = Buffer.from('{}');
  const signature = readSignature(signPayload(body, secret));
  const used: string[] = [];
  verifySignature(body, signature, [secret, newer], () => used.push('newest'));
  verifySignature(body, signature, [newer, secret], () => used.push('older'));
  expect(used).toEqual(['older']);
});

describe('readSignature', () => {
  it.each([
    [undefined, 'signature_missing'],
    ['', 'signature_missing'],
    ['sha1=0123', 'signature_malformed'],
    [`sha256=${'0'.repeat(63)}`, 'signature_malformed'],
    [`sha256=${'0'.repeat(65)}`, 'signature_malformed'],
    [`sha256=${'g'.repeat(64)}`, 'signature_malformed'],
    [`SHA256=${'0'.repeat(64)}`, 'signature_malformed'],
    [`sha256=${'0'.repeat(64)}, sha256=${'0'.repeat(64)}`, 'signature_malformed'],
  ])('refuses %s', (header, code) => {
    expect(() => readSignature(header)).toThrow(expect.objectContaining({ code }));
  });
});
