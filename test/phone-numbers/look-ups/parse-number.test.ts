import { describe, expect, it } from '@jest/globals';
import { readId, readNumber, variantsOf } from '../../../src/phone-numbers/look-ups/parse-number.ts';

describe('readNumber', () => {
  it.each([
    ['+1 (631) 555-1234'],
    ['1 631 555 1234'],
    ['16315551234'],
    ['001 631 555 1234'],
    ['1-631-555-1234'],
    ['1.631.555.1234'],
    ['1/631/555/1234'],
    ['+1\u00a0631\u2011555\u20111234'],
    ['\u202a+1 631 555 1234\u202c'],
    ['tel:+1-631-555-1234'],
    ['whatsapp:+16315551234'],
    [' +１ ６３１ ５５５ １２３４ '],
  ])('reads %j', (text) => expect(readNumber(text)).toBe('16315551234'));

  it('leaves out a trunk zero in brackets', () => expect(readNumber('+49 (0)30 123456')).toBe('4930123456'));

  it.each([
    [''],
    ['abc'],
    ['+1 631 CALL NOW'],
    ['1'.repeat(40)],
    ['1'.repeat(500)],
    ['1234'],
    ['../../etc/passwd'],
    ['1+2345678'],
    ['++12345678'],
    ['12345678;x'],
    ['0x12345678'],
    ['1e10'],
  ])('refuses %j, naming the accepted form', (text) => {
    expect(() => readNumber(text)).toThrow(expect.objectContaining({ code: 'invalid_phone_number' }));
    expect(() => readNumber(text)).toThrow('+1 (631) 555-1234');
  });
});

describe('readId', () => {
  it('takes digits alone', () => expect(readId('9010077509033461')).toBe('9010077509033461'));
  it.each([[''], ['12a'], ['../1'], ['1'.repeat(21)], ['+1'], ['1 2'], ['١٢']])('refuses %j', (text) => {
    expect(() => readId(text)).toThrow(expect.objectContaining({ code: 'invalid_phone_number_id' }));
  });
});

describe('variantsOf', () => {
  it.each([
    ['5511988887777', [{ digits: '551188887777', guess: 'brazil_ninth_digit' }]],
    ['551188887777', [{ digits: '5511988887777', guess: 'brazil_ninth_digit' }]],
    ['551138887777', []],
    ['5215512345678', [{ digits: '525512345678', guess: 'mexico_mobile_1' }]],
    ['525512345678', [{ digits: '5215512345678', guess: 'mexico_mobile_1' }]],
    ['16315551234', []],
  ])('of %s', (digits, variants) => expect(variantsOf(digits)).toEqual(variants));
});
