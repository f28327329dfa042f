import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import base from './jest.config.js';

/** What a suite imports when it starts a broker, a browser or a process: those are left to `npm test`. */
const STARTS_SOMETHING =
  /from '(?:node:child_process|node:cluster|playwright-core|testcontainers)'|\/(?:broker|support\/(?:kafka|run-cli|commands|tls-certificates)|ledger|image|run-floods)[./]/;

const test = join(import.meta.dirname, 'test');
const slow = readdirSync(test, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && STARTS_SOMETHING.test(readFileSync(join(test, path), 'utf8')))
  .map((path) => `/test/${path.replaceAll('\\', '/')}$`);

/** `npm run test:quick`: every suite without brokers, browsers and processes. */
export default {
  ...base,
  testPathIgnorePatterns: slow,
  // These suites need no Kafka.
  globalSetup: undefined,
  globalTeardown: undefined,
};
