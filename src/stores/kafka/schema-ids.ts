/**
 * The ids of our schemas in a schema registry, for KAFKA_VALUE_FORMAT=registry. They are asked for at the start, in the
 * background, and kept: a registry that is away later stops nothing. Until an id is known, values of its type are written as
 * plain JSON, because a webhook must not wait for a registry.
 */
import { createBackoff } from '../../core/backoff.ts';
import { messageOf } from '../../core/errors.ts';
import type { Logger } from '../../core/log.ts';
import { pause } from '../../core/time-out.ts';
import type { OutgoingRecord } from '../../records/record.ts';
import { type RegistryConnection, registerSchema, type WantedSchema } from './registry-client.ts';

/** A schema of ours, by the `dataschema` of its events. */
export interface EventSchema extends WantedSchema {
  readonly dataschema: string;
}

export interface SchemaIdsOptions {
  readonly registry: RegistryConnection;
  readonly schemas: () => Promise<readonly EventSchema[]>;
  /** False: the schemas are registered, and values stay plain JSON. */
  readonly isFramed: boolean;
  readonly log: Logger;
}

export interface SchemaIds {
  /** Null: the value is plain JSON. */
  readonly idOf: (record: OutgoingRecord) => number | null;
  /** Resolves when each schema was asked for once, or the registry did not answer. Never rejects. */
  readonly tried: Promise<void>;
  /** What is missing, in words. */
  readonly warnings: () => readonly string[];
  readonly close: () => void;
}

const BACKOFF = { firstMs: 1_000, longestMs: 60_000 };
const REQUESTS_AT_ONCE = 8;

export function openSchemaIds({ registry, schemas, isFramed, log }: SchemaIdsOptions): SchemaIds {
  const ids = new Map<string, number>();
  const closing = new AbortController();
  let warning: string | undefined = `The schemas are not registered yet at ${registry.url}.`;

  /** @returns why schemas have no id; undefined when all have one */
  async function registerMissing(): Promise<string | undefined> {
    const all = await schemas();
    const wanted = all.filter(({ dataschema }) => !ids.has(dataschema));
    const refused: string[] = [];
    const registerOne = async ({ dataschema, subject, schema }: EventSchema) => {
      const found = await registerSchema(registry, { subject, schema });
      if (found.state === 'registered') ids.set(dataschema, found.id);
      else refused.push(`${subject}: ${found.reason}`);
    };
    for (let at = 0; at < wanted.length && !closing.signal.aborted; at += REQUESTS_AT_ONCE) {
      const asked = await Promise.allSettled(wanted.slice(at, at + REQUESTS_AT_ONCE).map(registerOne));
      const failed = asked.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
      if (failed !== undefined) return missingText(all.length, messageOf(failed.reason));
    }
    if (refused.length === 0) return undefined;
    const [first, ...others] = refused;
    return missingText(all.length, others.length === 0 ? `${first}` : `${first} (and ${others.length} more)`);
  }

  function missingText(count: number, reason: string): string {
    const effect = isFramed ? 'Their values are plain JSON until then' : 'Values are plain JSON in any case';
    return `Schema registry at ${registry.url}: ${reason}. ${count - ids.size} of ${count} schemas are not registered. ${effect}.`;
  }

  const tried = Promise.withResolvers<void>();

  async function run(): Promise<void> {
    const backoff = createBackoff(BACKOFF);
    let told: string | undefined;
    while (!closing.signal.aborted) {
      warning = await registerMissing().catch((error: unknown) => missingText(0, messageOf(error)));
      tried.resolve();
      if (closing.signal.aborted) return;
      if (warning === undefined) {
        log.info({ schemas: ids.size, registry: registry.url }, 'all schemas are registered');
        return;
      }
      if (warning !== told) log.warn({ reason: warning }, 'schemas are missing in the registry; it is asked again');
      told = warning;
      await pause(backoff.next(), closing.signal);
    }
  }
  void run();

  return {
    tried: tried.promise,
    idOf: ({ headers }) => (isFramed ? (ids.get(headers.ce_dataschema ?? '') ?? null) : null),
    warnings: () => (warning === undefined ? [] : [warning]),
    close: () => closing.abort(),
  };
}
