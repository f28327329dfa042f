import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { HubcastError } from '../../../src/core/errors.ts';
import { describeKafkaError, retryDecisionFor, storeUnavailable } from '../../../src/stores/kafka/errors.ts';
import { kafkaError } from '../../../src/stores/kafka/wire.ts';

const { KafkaJSConnectionError, KafkaJSNumberOfRetriesExceeded } = kafkajs;

describe('retryDecisionFor', () => {
  it.each([
    [10, 'refused'],
    [18, 'refused'],
    [87, 'refused'],
    [32, 'refused'],
    [29, 'settings'],
    [76, 'settings'],
    [3, 'passing'],
    [6, 'passing'],
    [7, 'passing'],
    [19, 'passing'],
    [20, 'passing'],
    [-1, 'passing'],
    [9999, 'passing'],
  ])('takes Kafka error %p as %p', (code, retryDecision) => {
    expect(retryDecisionFor(kafkaError(code))).toBe(retryDecision);
  });

  it('looks through the errors kafkajs wraps around it', () => {
    const wrapped = new KafkaJSNumberOfRetriesExceeded(kafkaError(10), { retryCount: 0, retryTime: 1 });
    expect(retryDecisionFor(wrapped)).toBe('refused');
  });

  it('knows a failed log-in by its name', () => {
    expect(retryDecisionFor({ name: 'KafkaJSSASLAuthenticationError' })).toBe('settings');
  });

  it.each([[undefined], [null], ['text'], [new Error('any')], [{ type: 'toString' }]])('lets %p pass', (thrown) => {
    expect(retryDecisionFor(thrown)).toBe('passing');
  });
});

describe('describeKafkaError', () => {
  it('names the error as Kafka does, and the broker', () => {
    expect(describeKafkaError(kafkaError(10))).toMatch(/^MESSAGE_TOO_LARGE: /);
    expect(describeKafkaError(new KafkaJSConnectionError('Connection timeout', { broker: 'b:1' }))).toBe(
      'Connection timeout (broker b:1)',
    );
  });

  it.each([
    [23, /INCONSISTENT_GROUP_PROTOCOL.*Another program is a member of the group/],
    [32, /INVALID_TIMESTAMP.*Set the clock of this machine/],
  ])('says what to do about %p', (code, said) => {
    expect(describeKafkaError(kafkaError(code))).toMatch(said);
  });
});

describe('storeUnavailable', () => {
  it('keeps an error that already says what to do', () => {
    const known = new HubcastError('record_refused', 'known');
    expect(storeUnavailable('what', known)).toBe(known);
  });
});
