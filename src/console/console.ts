/** The operator's page: its files, and its charts from what is counted anyway. */
import { ERRORS, type ErrorCode } from '../core/errors.ts';
import { typeOfEvent } from '../events/event.ts';
import { allEvents } from '../fields/registry.ts';
import type { ConsoleParts } from '../http/internal/services.ts';
import type { DeliveryTotals } from '../telemetry/metrics/sum-deliveries.ts';
import { type ConsoleAssets, loadConsoleAssets } from './assets.ts';
import { createHistory, STEP_MS, type Totals } from './history.ts';

export interface Console extends ConsoleParts {
  readonly close: () => void;
}

interface ConsoleOptions {
  readonly deliveries: () => DeliveryTotals;
  readonly version: string;
  /** Where events are stored, in words. */
  readonly store: string;
  /** Whether API_TOKENS has any. */
  readonly hasTokens: () => boolean;
}

export function createConsole({ deliveries, version, store, hasTokens }: ConsoleOptions): Console {
  const families = new Map(
    allEvents().map(({ field, event }) => [typeOfEvent(field, event), event.family ?? field.family] as const),
  );
  const familyOf = (type: string): string =>
    families.get(type) ?? (type.endsWith('dead_letter') ? 'dead-letter' : 'unknown');

  function totals(): Totals {
    const { events: byType, outcomes, timeToDurable } = deliveries();
    const events: Record<string, number> = {};
    for (const [type, { count }] of byType) {
      const family = familyOf(type);
      events[family] = (events[family] ?? 0) + count;
    }
    let refused = 0;
    let failed = 0;
    for (const [outcome, count] of Object.entries(outcomes)) {
      const status = ERRORS[outcome as ErrorCode]?.status ?? 200;
      if (status >= 500) failed += count;
      else if (status >= 400) refused += count;
    }
    const { bounds, counts } = timeToDurable;
    return { events, stored: outcomes.stored, refused, failed, durable: { bounds, counts: [...counts] } };
  }

  let assets: ConsoleAssets | undefined;
  const history = createHistory(totals);
  const sampling = setInterval(() => history.sample(Date.now()), STEP_MS);
  sampling.unref();
  return {
    assets() {
      assets ??= loadConsoleAssets();
      return assets;
    },
    history: () => ({ step_ms: STEP_MS, version, store, api_tokens: hasTokens(), points: history.points() }),
    close: () => clearInterval(sampling),
  };
}
