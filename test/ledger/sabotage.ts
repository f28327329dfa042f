/**
 * Breaks the promise on purpose in a copy of the sources, to show that the ledger notices. Each is a text of src and what replaces it;
 * one that no longer stands there is an error, so that no sabotage turns into none.
 */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Sabotage {
  readonly name: string;
  readonly about: string;
  readonly edits: readonly Edit[];
}

const SESSION = 'src/kafka/session.ts';
const NO_RETRIES = 'retry: { retries: 0 },';
/** Ours give a session up as soon as a write on it fails. */
const KEEP_SESSION: Edit = {
  file: 'src/kafka/session-keeper.ts',
  from: 'giveUp(session, error) {',
  to: 'giveUp(session, error) {\n      if (error !== null) return;',
};
/** Ours counts a write only when the answer names every partition of it. */
const NO_PROOF: Edit = { file: 'src/kafka/send.ts', from: 'if (missing.length > 0)', to: 'if (missing.length < 0)' };

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'answer-early',
    about: '200 before the write',
    edits: [
      {
        file: 'src/store/shared-writes.ts',
        from: 'if (joined.length === 0) return Promise.resolve();',
        to: 'for (const one of joined) one.catch(() => undefined);\n    if (joined.length >= 0) return Promise.resolve();',
      },
    ],
  },
  {
    name: 'kafkajs-idempotent',
    about: 'kafkajs with idempotent: true, whose producer lives on after a failed write',
    edits: [{ file: SESSION, from: 'idempotent: false,', to: 'idempotent: true,' }, KEEP_SESSION],
  },
  {
    name: 'kafkajs-retries',
    about: "kafkajs' own retries, taken at their word",
    edits: [
      { file: SESSION, from: NO_RETRIES, to: 'retry: { retries: 5, initialRetryTime: 50 },' },
      KEEP_SESSION,
      NO_PROOF,
    ],
  },
];

const ROOT = join(import.meta.dirname, '..', '..');

/** @returns the spoiled copy's command */
export async function spoil(name: string): Promise<{ readonly bin: string; readonly remove: () => Promise<void> }> {
  const sabotage = SABOTAGES.find((one) => one.name === name);
  if (sabotage === undefined) throw new RangeError(`There is no sabotage "${name}".`);
  const folder = await mkdtemp(join(tmpdir(), 'hubcast-sabotage-'));
  for (const part of ['src', 'bin', 'package.json'])
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, from, to } of sabotage.edits) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    if (text.split(from).length !== 2)
      throw new Error(`${file} no longer has "${from}" once; mend test/ledger/sabotage.ts.`);
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }
  return { bin: join(folder, 'bin', 'hubcast.js'), remove: () => rm(folder, { recursive: true, force: true }) };
}
