/**
 * A folder as a power cut may leave it. What was synced is there. Of what was written since, any part may be: nothing,
 * all, some writes and not others, and of one write some sectors. Names (made, removed, changed) reach the disk in their
 * order, and certainly only with a sync of the folder.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Done } from './recording.ts';

const SECTOR_BYTES = 512;

interface File {
  readonly durable: Content;
  readonly waiting: Done[];
}
type NameChange = (names: Map<string, bigint>) => void;

export class Disk {
  readonly #files = new Map<bigint, File>();
  readonly #names = new Map<string, bigint>();
  readonly #durableNames = new Map<string, bigint>();
  #waitingNames: NameChange[] = [];
  #folder: bigint | undefined;

  apply(done: Done): void {
    const text = done.bytes.toString();
    if (done.what === 'opened') this.#opened(text, done.inode);
    else if (done.what === 'removed') this.#rename((names) => names.delete(text));
    else if (done.what === 'renamed') {
      const [from = '', to = ''] = text.split('\n');
      this.#rename((names) => {
        const inode = names.get(from);
        names.delete(from);
        if (inode !== undefined) names.set(to, inode);
      });
    } else if (done.what === 'synced') this.#synced(done.inode);
    else if (done.what !== 'said') this.#files.get(done.inode)?.waiting.push(done);
  }

  /** Writes the folder as a cut at this moment may leave it. */
  cut(folder: string, random: () => number): void {
    const names = new Map(this.#durableNames);
    for (const change of this.#waitingNames.slice(0, Math.floor(random() * (this.#waitingNames.length + 1))))
      change(names);
    const kept = [0, 1, random()][Math.floor(random() * 3)] ?? 0;
    for (const [name, inode] of names) {
      const file = this.#files.get(inode);
      if (file === undefined) continue;
      const reached = file.waiting
        .filter(() => random() < kept)
        .map((done) => (random() < kept ? done : torn(done, random)));
      const content = reached.length === 0 ? file.durable : new Content(file.durable.bytes);
      for (const done of reached) content.apply(done);
      writeFileSync(join(folder, name), content.bytes);
    }
  }

  #opened(name: string, inode: bigint): void {
    if (name === '') {
      this.#folder = inode;
      return;
    }
    if (this.#names.get(name) === inode) return;
    this.#files.set(inode, { durable: new Content(), waiting: [] });
    this.#rename((names) => names.set(name, inode));
  }

  #rename(change: NameChange): void {
    change(this.#names);
    this.#waitingNames.push(change);
  }

  #synced(inode: bigint): void {
    if (inode === this.#folder) {
      for (const change of this.#waitingNames) change(this.#durableNames);
      this.#waitingNames = [];
      return;
    }
    const file = this.#files.get(inode);
    if (file === undefined) return;
    for (const done of file.waiting) file.durable.apply(done);
    file.waiting.length = 0;
  }
}

function torn(done: Done, random: () => number): Done {
  if (done.what !== 'wrote') return done;
  const sectors = Math.floor((random() * done.bytes.length) / SECTOR_BYTES);
  return { ...done, bytes: done.bytes.subarray(0, sectors * SECTOR_BYTES) };
}

/** Bytes that grow. */
class Content {
  #bytes: Buffer<ArrayBufferLike>;
  #length: number;

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#bytes = Buffer.from(bytes);
    this.#length = bytes.length;
  }

  get bytes(): Buffer<ArrayBufferLike> {
    return this.#bytes.subarray(0, this.#length);
  }

  apply({ what, place, bytes }: Done): void {
    this.#resize(what === 'cut' ? place : Math.max(this.#length, place + bytes.length));
    bytes.copy(this.#bytes, place);
  }

  #resize(length: number): void {
    if (length > this.#bytes.length) {
      const larger = Buffer.alloc(2 * length);
      this.bytes.copy(larger);
      this.#bytes = larger;
    } else if (length < this.#length) this.#bytes.fill(0, length, this.#length);
    this.#length = length;
  }
}
