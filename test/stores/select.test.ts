/** Which store the settings mean, and what is asked of it. */
import { describe, expect, it } from '@jest/globals';
import { readSettings, readStoreSettings } from '../../src/config/read-settings.ts';
import { findStoreConflicts, storeForCommands, storeOf } from '../../src/stores/select.ts';

const JOURNAL = {};
const KAFKA = { KAFKA_BROKERS: 'k:9092' };
const SPOOL = { ...KAFKA, SPOOL: 'on', DATA_DIR: 'd' };

describe('storeOf', () => {
  it.each([
    [JOURNAL, 'journal in data'],
    [KAFKA, 'Kafka at k:9092'],
    [SPOOL, 'spool in d, from there Kafka at k:9092'],
  ])('%j is the %s', (env, text) => {
    const settings = readStoreSettings(env);
    expect(storeOf(settings).describe(settings)).toBe(text);
  });
});

describe('storeForCommands', () => {
  it.each([
    ['a journal', JOURNAL, 'journal in data'],
    ['a spool, which belongs to the service', SPOOL, 'Kafka at k:9092'],
  ])('of %s', (_name, env, text) => {
    const settings = readStoreSettings(env);
    expect(storeForCommands(settings).describe(settings)).toBe(text);
  });
});

describe('WORKERS', () => {
  const problemsOf = (env: Record<string, string>): string => {
    try {
      readSettings({ META_APP_SECRET: 's', META_VERIFY_TOKEN: 't', ...env }, findStoreConflicts);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };

  it.each([
    [{ ...JOURNAL, WORKERS: '2' }, 'Without KAFKA_BROKERS they are on disk first, and one process owns that file.'],
    [{ ...SPOOL, WORKERS: 'auto' }, 'With SPOOL=on they are on disk first, and one process owns that file.'],
  ])('%j is refused', (env, reason) => {
    expect(problemsOf(env)).toContain(reason);
  });

  it('is reported together with other problems', () => {
    expect(problemsOf({ WORKERS: '2', MANAGEMENT: 'on' }).split('\n')).toHaveLength(2);
  });

  it('may be more than 1 where events go to Kafka', () => {
    expect(problemsOf({ ...KAFKA, WORKERS: 'auto' })).toBe('');
  });
});
