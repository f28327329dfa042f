/** The counters of the store's meter: plain numbers, read at each scrape. */
import type { ErrorCode } from '../../core/errors.ts';
import type { StoreMeter } from '../../stores/store.ts';
import { createHistogram, type Histogram, observe } from './histogram.ts';

export interface StoreCounts {
  readonly meter: StoreMeter;
  readonly recordsUnderWay: () => number;
  readonly repeated: () => number;
  readonly refused: () => number;
  /** Records of one write. */
  readonly writeRecords: Histogram;
  /** Seconds of one write. */
  readonly writeSeconds: Histogram;
  readonly failures: ReadonlyMap<ErrorCode, number>;
}

const RECORDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
/** The known error codes of a store, exported from the start at zero, so that alerts find them. */
const FAILURES: readonly ErrorCode[] = ['store_unavailable', 'write_timed_out', 'store_full', 'record_refused'];

export function createStoreCounts(): StoreCounts {
  const writeRecords = createHistogram(RECORDS);
  const writeSeconds = createHistogram(SECONDS);
  const failures = new Map<ErrorCode, number>(FAILURES.map((code) => [code, 0]));
  let recordsUnderWay = 0;
  let repeated = 0;
  let refused = 0;
  return {
    meter: {
      underWay(records) {
        recordsUnderWay += records;
      },
      wrote(records, ms) {
        observe(writeRecords, records);
        observe(writeSeconds, ms / 1000);
      },
      failed(code) {
        failures.set(code, (failures.get(code) ?? 0) + 1);
      },
      repeated(records) {
        repeated += records;
      },
      refused() {
        refused += 1;
      },
    },
    recordsUnderWay: () => recordsUnderWay,
    repeated: () => repeated,
    refused: () => refused,
    writeRecords,
    writeSeconds,
    failures,
  };
}
