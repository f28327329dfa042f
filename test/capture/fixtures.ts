import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', 'fixtures', 'webhooks');

/** The body of every golden webhook, by `<field>/<case>`. */
export const GOLDEN_BODIES: readonly (readonly [name: string, body: Buffer])[] = readdirSync(ROOT).flatMap((field) =>
  readdirSync(join(ROOT, field)).map((name) => {
    return [`${field}/${name}`, readFileSync(join(ROOT, field, name, 'payload.json'))] as const;
  }),
);
