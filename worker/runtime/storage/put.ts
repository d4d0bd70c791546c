import * as glue from "centaurus-worker-glue";
import type { Task } from "../task.js";
import type { Sink } from "./blobs.js";
import { chunksOf, type Given } from "./content.js";
import { type Content, done, type Entry, transact, type Within } from "./database.js";
import { books, NONE, Place, program, Step, Verdict } from "./program.js";
import { digestOf, Seal } from "./seal.js";
import { alive, booksOf, type Gone, live, type Store } from "./store.js";
import type { Options } from "./options.js";

/** How a value is put. */
export interface PutOptions {
  meta?: unknown;
  expect?: number | null;
  ttl?: number;
  pin?: boolean;
  type?: string;
}

/** The quickest level: what is stored is read at least as often as deflate's better levels pay. */
const LEVEL = { level: 1 };

/** Writes an entry; the program says step by step what is to be done. */
export async function put(task: Task, store: Store, options: Options, key: string, content: Given, how: PutOptions): Promise<Entry> {
  const { digest: algorithm = "blake3", compress = true, quota = NONE } = options;
  const chunk = program.chunk();
  const expect = how.expect === undefined ? NONE : (how.expect ?? 0);
  const packed = (bytes: Uint8Array<ArrayBuffer>) => (compress ? glue.pack(bytes, false, LEVEL) : bytes) as Uint8Array<ArrayBuffer>;
  const { bytes, value, kind, type, name, lastModified } = content;
  // What is whole already need not be cut.
  const whole = bytes instanceof Uint8Array && bytes.length <= chunk ? (bytes as Uint8Array<ArrayBuffer>) : undefined;
  const chunks = bytes && !whole ? chunksOf(bytes, chunk, task) : undefined;
  let next: Uint8Array<ArrayBuffer> | undefined = whole ?? ((await chunks?.next())?.value as Uint8Array<ArrayBuffer> | undefined);
  const known = content.size ?? next?.length ?? 0;
  // After a whole chunk of a stream more may come. What has no bytes can only lie in the database.
  const least = next ? known + Number(content.size === undefined && known === chunk) : 0;
  const place = program.place(least, store.files?.ms ?? NONE);
  const write = program.write_new(place, known, expect, quota);
  let entry!: Entry;
  let kept: Content = { value };
  let size = known;
  let stored = size;
  let digest: string | undefined;
  let sink: Sink | undefined;
  let id: string | undefined;
  let release = () => {};
  let cause: unknown;
  let before = 0;
  const gone: Gone = [];

  if (place === Place.Inline && next) {
    kept = packed(next);
    size = next.length;
    stored = kept.length;
    digest = digestOf(algorithm, next);
  }
  try {
    for (let step = program.write_step(write); ; ) {
      try {
        switch (step) {
          case Step.Blob: {
            const seal = new Seal(algorithm, chunk);
            const lengths: number[] = [];
            [id, release] = await store.hold(place);
            sink = await store.blobs(place).create(id);
            for (size = stored = 0; next && step === Step.Blob; next = (await chunks?.next())?.value as Uint8Array<ArrayBuffer> | undefined) {
              task.signal.throwIfAborted();
              seal.add(next);
              const given = packed(next);
              const asked = given.length;
              step = program.write_wrote(write, next.length, asked, await sink.write(given, lengths.length, stored));
              lengths.push(asked);
              size += next.length;
              stored += asked;
            }
            if (step !== Step.Blob) break;
            const sealed = seal.finish();
            kept = { checks: sealed.checks, lengths };
            ({ digest } = sealed);
            step = program.write_did(write);
            break;
          }
          case Step.Flush:
            sink?.flush();
            sink?.close();
            step = program.write_did(write);
            break;
          case Step.Commit:
            task.signal.throwIfAborted();
            entry = await transact(store.database, "readwrite", commit);
            step = program.write_did(write);
            break;
          case Step.Discard:
            sink?.close();
            await store.drop([id]);
            step = program.write_did(write);
            break;
          case Step.Release:
            await store.release(gone);
            step = program.write_did(write);
            break;
          case Step.Done:
            return entry;
          default:
            throw cause ?? store.fault(program.write_fault(write), key, { rev: before, expect, size, quota });
        }
      } catch (error) {
        if (step === Step.Failed) throw error;
        // A transaction that was stopped has been told of already.
        const told = program.write_step(write);
        if (told === step) cause = error;
        step = told === step ? program.write_failed(write) : told;
      }
    }
  } finally {
    program.write_free(write);
    release();
    void chunks?.return();
  }

  async function commit(of: Within): Promise<Entry> {
    const [row, old] = await Promise.all([booksOf(of), done(of.entries.get(key)) as Promise<Entry | undefined>]);
    const now = Date.now();
    const found = old && alive(old, now) ? old : undefined;
    books().set(row);
    // What has expired under the key gives its room all the same.
    if (old && !found) store.remove(of, old, program.books_remove(old.size, old.stored), gone);
    before = found?.rev ?? 0;
    let verdict = program.write_commit(write, found?.rev ?? NONE, found?.size ?? 0, found?.stored ?? 0, size, stored);
    if (verdict === Verdict.Room) {
      const order = of.entries.index("used").openCursor();
      for (let at = await done(order); at && verdict === Verdict.Room; at = await done(order)) {
        const other = at.value as Entry;
        const rev = other.key === key ? NONE : program.write_offer(write, other.size, other.stored);
        if (rev !== NONE) store.remove(of, other, rev, gone);
        verdict = program.write_verdict(write, false);
        at.continue();
      }
      if (verdict === Verdict.Room) verdict = program.write_verdict(write, true);
    }
    // What is thrown here, nobody sees: the step that follows tells why.
    if (verdict === Verdict.Stop) throw verdict;
    const rev = program.write_books(write);
    const made = {
      key, rev, size, stored, kind, type, modified: now, created: found?.created ?? now, packed: !!(bytes && compress),
      ...(!how.pin && { used: books()[1] as number }), ...(digest && { digest }), ...(id && { blob: id }),
      ...(name !== undefined && { name, lastModified: lastModified as number }),
      ...(how.meta !== undefined && { meta: how.meta }),
    } as Entry;
    live(made, how.ttl ?? options.ttl, now);
    gone.push(found?.blob);
    of.entries.put(made);
    of.contents.put(kept, key);
    await store.shut(of);
    return made;
  }
}
