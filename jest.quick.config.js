import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import base from './jest.config.js';
import { startsSomething } from './test/support/starts-something.ts';

const test = join(import.meta.dirname, 'test');
const slow = readdirSync(test, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts') && startsSomething(join(test, path)))
  .map((path) => `/test/${path.replaceAll('\\', '/')}$`);

/** `npm run test:quick`: every suite without brokers, browsers and processes. */
export default {
  ...base,
  testPathIgnorePatterns: slow,
  // These suites need no Kafka.
  globalSetup: undefined,
  globalTeardown: undefined,
};
