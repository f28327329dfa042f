import { readJournal } from '../../../src/stores/journal/read-journal.ts';
import { describeStore, type OpenedStore } from '../conformance.ts';
import { makeScratchDir, openTestJournal, removeScratchDir } from './support/scratch.ts';

let topics = 0;

async function open(dataDir: string): Promise<OpenedStore> {
  const store = await openTestJournal(dataDir);
  const reader = readJournal(dataDir);
  return {
    store,
    read: reader.read,
    topic: () => {
      topics += 1;
      return `whatsapp.test-${topics}`;
    },
    reopen: async () => {
      await store.close();
      reader.close();
      return open(dataDir);
    },
    dispose: async () => {
      await store.close();
      reader.close();
      removeScratchDir(dataDir);
    },
  };
}

describeStore({ name: 'journal', open: () => open(makeScratchDir()), remembersWhenReopened: true });
