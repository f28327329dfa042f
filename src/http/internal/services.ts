/** What the routes of the internal listener ask; the composition hands it in. */
import type { StoredEvents } from '../../event-queries/event-queries.ts';
import type { openSchemas } from '../../events/schema-files.ts';
import type { LookUps } from '../../phone-numbers/look-ups/look-ups.ts';
import type { Management } from '../../phone-numbers/management/manage.ts';
import type { Readiness } from '../../stores/store.ts';
import type { FailedDelivery } from '../../telemetry/failed-deliveries.ts';
import type { Checks } from './service-answers.ts';

export interface ConsoleFile {
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly etag: string;
}

export interface ConsoleParts {
  /** Read when a person opens the page. */
  readonly assets: () => {
    readonly page: ConsoleFile;
    readonly policy: string;
    readonly files: ReadonlyMap<string, ConsoleFile>;
  };
  readonly history: () => object;
}

export interface InternalServices {
  readonly readiness: () => Promise<Readiness>;
  /** What is counted, as Prometheus reads it. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Null where this service has no access to Graph. */
  readonly lookUps: LookUps | null;
  /** The WhatsApp Business Accounts of a Meta app. */
  readonly accountsOf: (app: string) => readonly string[];
  /** Null where numbers may not be managed. */
  readonly management: Management | null;
  readonly events: Omit<StoredEvents, 'close'>;
  readonly failedDeliveries: () => Promise<readonly FailedDelivery[]>;
  readonly schemas: ReturnType<typeof openSchemas>;
  readonly console: ConsoleParts;
  /** @param probe also calls the callback URL, which stores a test event */
  readonly checks: (probe: boolean) => Promise<Checks>;
  /** Of a repaired dead letter. */
  readonly maxBodyBytes: number;
}
