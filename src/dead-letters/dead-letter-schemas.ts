/** What lists and replays of dead letters answer, over HTTP and on the command line. */
import * as z from 'zod';

const about = (description: string) => ({ description });

export const issue = z.object({ path: z.string(), code: z.string(), message: z.string() });

/** Anybody may write to a topic, so members of the event are whatever the record holds. */
export const deadLetterRow = z.object({
  id: z.string().nullable(),
  at: z.string().meta(about('Where it is stored: partition and offset')),
  stored_at: z.iso.datetime().nullable().meta(about("The record's timestamp")),
  receivedtime: z.unknown(),
  field: z.unknown(),
  entry_id: z.unknown(),
  part: z.unknown(),
  path: z.unknown(),
  issues: z.array(z.unknown()),
  bytes: z.int().meta(about('Size of the event')),
});

export const replayed = z.object({
  id: z.string(),
  outcome: z
    .enum(['stored', 'refused', 'unreadable'])
    .meta(
      about(
        'stored: something is fine now (with dry_run: would be stored). unreadable: this version cannot read the dead letter again; issues say why',
      ),
    ),
  events: z.array(z.object({ id: z.string(), type: z.string(), topic: z.string() })),
  dropped: z.int().meta(about('Events of families that are not published, or of accounts that are not accepted')),
  issues: z.array(issue).meta(about('What is still wrong')),
});

export type DeadLetterRow = Readonly<z.output<typeof deadLetterRow>>;
export type Replayed = Readonly<z.output<typeof replayed>>;
