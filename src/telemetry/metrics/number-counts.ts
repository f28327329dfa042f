/** Counts the known phone numbers by health for a scrape. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { healthOf } from '../../phone-numbers/health/health.ts';
import { type HealthState, NAME_STATUS_ROWS, QUALITY_ROWS } from '../../phone-numbers/health/health-rows.ts';
import type { CachedNumber } from '../../phone-numbers/look-ups/account-list.ts';

interface NumberReading {
  readonly quality: string;
  readonly state: HealthState;
  /** Null if Meta does not return it. */
  readonly nameStatus: string | null;
  readonly newNameStatus: string | null;
}

export interface Trouble extends NumberReading {
  readonly account: string;
  readonly id: string;
}

export interface NumberCounts {
  readonly byHealth: ReadonlyMap<string, { readonly quality: string; readonly state: string; readonly count: number }>;
  readonly byNameStatus: ReadonlyMap<string, number>;
  readonly troubles: readonly Trouble[];
}

const MAX_TROUBLES = 200;
/** New readings between two turns of the event loop. */
const READINGS_A_TURN = 200;
const OTHER = 'OTHER';

/** @returns a function that counts; each reading of a number is evaluated once */
export function createNumberCounts(known: () => Iterable<CachedNumber>): () => Promise<NumberCounts> {
  const readings = new WeakMap<object, NumberReading>();

  return async () => {
    const byHealth = new Map<string, { quality: string; state: string; count: number }>();
    const byNameStatus = new Map<string, number>();
    const troubles: Trouble[] = [];
    let made = 0;
    for (const { value, accountId } of [...known()]) {
      let reading = readings.get(value);
      if (reading === undefined) {
        reading = readNumber(value);
        readings.set(value, reading);
        made += 1;
        if (made % READINGS_A_TURN === 0) await nextTurn();
      }
      const { quality, state, nameStatus } = reading;
      const cell = byHealth.get(`${quality} ${state}`);
      if (cell === undefined) byHealth.set(`${quality} ${state}`, { quality, state, count: 1 });
      else cell.count += 1;
      if (nameStatus !== null) byNameStatus.set(nameStatus, (byNameStatus.get(nameStatus) ?? 0) + 1);
      if (isTrouble(reading) && troubles.length < MAX_TROUBLES) {
        troubles.push({ ...reading, account: accountId ?? '', id: value.id });
      }
    }
    return { byHealth, byNameStatus, troubles };
  };
}

function readNumber(value: CachedNumber['value']): NumberReading {
  const { state, quality } = healthOf(value);
  return {
    state,
    quality: oneOf(QUALITY_ROWS, quality.rating) ?? 'UNKNOWN',
    nameStatus: oneOf(NAME_STATUS_ROWS, value.name_status),
    newNameStatus: oneOf(NAME_STATUS_ROWS, value.new_name_status),
  };
}

function isTrouble({ quality, state, nameStatus, newNameStatus }: NumberReading): boolean {
  return quality === 'RED' || state === 'blocked' || nameStatus === 'DECLINED' || newNameStatus === 'DECLINED';
}

/** Unknown values share one label. */
function oneOf(rows: Readonly<Record<string, unknown>>, value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return Object.hasOwn(rows, value) ? value : OTHER;
}
