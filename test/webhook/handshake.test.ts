import { describe, expect, it } from '@jest/globals';
import { answerHandshake, equalInConstantTime } from '../../src/webhook/handshake.ts';

const right = { 'hub.mode': 'subscribe', 'hub.verify_token': 'token', 'hub.challenge': '0012 <b>' };

describe('answerHandshake', () => {
  it('gives the challenge back unchanged', () => {
    expect(answerHandshake(right, 'token')).toBe('0012 <b>');
  });

  it.each([
    ['another mode', { 'hub.mode': 'unsubscribe' }],
    ['no mode', { 'hub.mode': undefined }],
    ['another token', { 'hub.verify_token': 'Token' }],
    ['a blank token', { 'hub.verify_token': '' }],
    ['a token given twice', { 'hub.verify_token': ['token', 'token'] }],
    ['no challenge', { 'hub.challenge': undefined }],
    ['an empty challenge', { 'hub.challenge': '' }],
    ['a challenge given twice', { 'hub.challenge': ['1', '2'] }],
  ])('refuses %s', (_, spoilt) => {
    expect(() => answerHandshake({ ...right, ...spoilt }, 'token')).toThrow(
      expect.objectContaining({ code: 'verification_refused' }),
    );
  });
});

describe('equalInConstantTime', () => {
  it('never takes blank for blank', () => {
    expect(equalInConstantTime('', '')).toBe(false);
  });
});
