import { join } from 'node:path';

// Processes that tests start (and the workers) find their modules compiled: a command starts in 0.2 s, not 0.6 s.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '.cache', 'compiled');

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  // One more than the two cores it is tuned for: many suites wait for a broker or a process.
  maxWorkers: 3,
  setupFilesAfterEnv: ['<rootDir>/test/support/timeout.ts'],
};
