// Appends until it is killed, and prints the ids of each append once it is durable. Run as a process of its own.
import { makeRecord } from '../../make-record.ts';
import { openTestJournal } from './scratch.ts';

const journal = await openTestJournal(String(process.argv[2]));
process.stdout.write('open\n');
await Promise.all(
  Array.from({ length: 8 }, async (_, n) => {
    for (;;) {
      const records = Array.from({ length: n + 1 }, () => makeRecord('whatsapp.crash', { key: String(n) }));
      await journal.append(records);
      process.stdout.write(`${records.map(({ id }) => id).join('\n')}\n`);
    }
  }),
);
