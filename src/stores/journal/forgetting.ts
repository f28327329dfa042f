/**
 * Removes remembered ids that are too old, stretch by stretch of a table that is sorted by id and not by age. Where they
 * may take only so much room, the oldest go earlier: each pass counts what it leaves and keeps a sample of its ages, from
 * which the next pass knows how old is too old.
 */
import type { DatabaseSync } from 'node:sqlite';

export interface Forgetting {
  /** Ids that were added since the last call. */
  readonly added: (count: number) => void;
  /** One stretch of the pass under way, or of the next when it is time for it. */
  readonly sweep: (nowMs: number) => { readonly removed: number; readonly more: boolean };
}

const SWEEP_ROWS = 1000;
const SWEEP_INTERVAL_MS = 60 * 60 * 1000;
const MAX_SAMPLES = 4096;
/** Of what may be kept, so that not each pass finds too much again. */
const KEPT_SHARE = 0.9;
/** A pass begins when so much of it came since the last one. */
const GROWTH_SHARE = 1 / 8;

export function createForgetting(database: DatabaseSync, rememberMs: number, maxIds: number): Forgetting {
  const stretch = database.prepare(
    `SELECT id, stored_at_ms FROM remembered WHERE id > ? ORDER BY id LIMIT ${SWEEP_ROWS}`,
  );
  const forget = database.prepare('DELETE FROM remembered WHERE id = ?');
  let sweptUpTo: Uint8Array | undefined;
  let lastPassMs = Number.NEGATIVE_INFINITY;
  let addedSince = 0;
  /** Older ones exceed `maxIds`. */
  let cutMs = Number.NEGATIVE_INFINITY;
  let cutIsDue = false;
  let kept = 0;
  /** Of every `step`th id that was kept: when it was stored. */
  let samples: number[] = [];
  let step = 1;

  function isTime(nowMs: number): boolean {
    return cutIsDue || addedSince > maxIds * GROWTH_SHARE || nowMs - lastPassMs >= SWEEP_INTERVAL_MS;
  }

  function beginPass(nowMs: number): void {
    lastPassMs = nowMs;
    sweptUpTo = new Uint8Array();
    addedSince = 0;
    cutIsDue = false;
    kept = 0;
    samples = [];
    step = 1;
  }

  function count(storedAtMs: number): void {
    if (kept % step === 0) samples.push(storedAtMs);
    kept += 1;
    if (samples.length <= MAX_SAMPLES) return;
    samples = samples.filter((_, place) => place % 2 === 0);
    step *= 2;
  }

  function endPass(): void {
    sweptUpTo = undefined;
    if (kept <= maxIds) return;
    samples.sort((a, b) => a - b);
    const excess = 1 - (KEPT_SHARE * maxIds) / kept;
    cutMs = samples[Math.floor(samples.length * excess)] ?? cutMs;
    cutIsDue = true;
  }

  return {
    added(more) {
      addedSince += more;
    },
    sweep(nowMs) {
      if (sweptUpTo === undefined) {
        if (!isTime(nowMs)) return { removed: 0, more: false };
        beginPass(nowMs);
      }
      const rows = stretch.all(sweptUpTo as Uint8Array);
      const beforeMs = Math.max(nowMs - rememberMs, cutMs);
      let removed = 0;
      for (const { id, stored_at_ms } of rows) {
        if (Number(stored_at_ms) > beforeMs) {
          count(Number(stored_at_ms));
          continue;
        }
        forget.run(id as Uint8Array);
        removed += 1;
      }
      const more = rows.length === SWEEP_ROWS;
      if (more) sweptUpTo = rows.at(-1)?.id as Uint8Array;
      else endPass();
      return { removed, more: more || cutIsDue };
    },
  };
}
