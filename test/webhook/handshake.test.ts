import { describe, expect, it } from '@jest/globals';
import type { HubcastError } from '../../src/core/errors.ts';
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

describe('a request without any of the three', () => {
  it.each([[{}], [{ other: 'x' }]])('is told that its query is missing, not that its token is wrong: %j', (query) => {
    const thrown = catchError(() => answerHandshake(query, 'token'));
    expect(thrown).toMatchObject({
      code: 'verification_refused',
      message: expect.stringContaining('query is missing'),
    });
    expect(thrown.kind.fix).toContain('proxy');
    const other = catchError(() => answerHandshake({ ...right, 'hub.verify_token': 'x' }, 'token'));
    expect(other.kind.fix).toContain('META_VERIFY_TOKEN');
  });
});

function catchError(run: () => unknown): HubcastError {
  try {
    run();
  } catch (error) {
    return error as HubcastError;
  }
  throw new Error('nothing was thrown');
}

describe('equalInConstantTime', () => {
  it('never takes blank for blank', () => {
    expect(equalInConstantTime('', '')).toBe(false);
  });
});
