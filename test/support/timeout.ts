/**
 * Five seconds for a test, thirty where processes, browsers or brokers run. What needs more says so itself. Five seconds are
 * those of a machine that keeps up: where more runs than it has cores for, everything takes that much longer.
 */
import { expect, jest } from '@jest/globals';
import { patience } from './patience.ts';
import { startsSomething } from './starts-something.ts';

const LONGEST_MS = 30_000;

jest.setTimeout(startsSomething(expect.getState().testPath ?? '') ? LONGEST_MS : Math.min(patience(5_000), LONGEST_MS));
