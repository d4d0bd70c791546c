import * as glue from "centaurus-worker-glue";
import type { Task } from "../task.js";
import type { Sink } from "./blobs.js";
import { chunksOf, type Given } from "./content.js";
import type { Committed, Ready } from "./commits.js";
import type { Content, Entry } from "./database.js";
import { live } from "./lifetime.js";
import { Place, Step } from "./numbers.js";
import { NONE, program } from "./program.js";
import { digestOf, Seal } from "./seal.js";
import type { Store } from "./store.js";
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
  // What is whole already need not be cut. The database would keep all that a view's buffer holds.
  const small = bytes instanceof Uint8Array && bytes.length <= chunk ? (bytes as Uint8Array<ArrayBuffer>) : undefined;
  const whole = small && small.length < small.buffer.byteLength ? small.slice() : small;
  const chunks = bytes && !whole ? chunksOf(bytes, chunk, task) : undefined;
  let next: Uint8Array<ArrayBuffer> | undefined = whole ?? ((await chunks?.next())?.value as Uint8Array<ArrayBuffer> | undefined);
  const known = content.size ?? next?.length ?? 0;
  // After a whole chunk of a stream more may come. What has no bytes can only lie in the database.
  const least = next ? known + Number(content.size === undefined && known === chunk) : 0;
  const place = program.place(least, store.files?.ms ?? NONE);
  const write = program.write_new(place, known, expect, quota);
  let committed: Committed | undefined;
  let kept: Content = { value };
  let size = known;
  let stored = size;
  let digest: string | undefined;
  let sink: Sink | undefined;
  let id: string | undefined;
  let release = () => {};
  let cause: unknown;

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
            committed = await store.commits.join(ready());
            step = program.write_did(write);
            break;
          case Step.Discard:
            sink?.close();
            await store.drop([id]);
            step = program.write_did(write);
            break;
          case Step.Release:
            await store.release(committed?.gone ?? []);
            step = program.write_did(write);
            break;
          case Step.Done:
            return committed?.entry as Entry;
          default:
            throw cause ?? store.fault(program.write_fault(write), key, { rev: committed?.found?.rev ?? 0, expect, size, quota });
        }
      } catch (error) {
        if (step === Step.Failed) throw error;
        cause = error;
        step = program.write_failed(write);
      }
    }
  } finally {
    program.write_free(write);
    release();
    void chunks?.return();
  }

  /** What the transaction is to write. */
  function ready(): Ready {
    return {
      key, write, size, stored, content: kept, signal: task.signal,
      entry(rev, use, found, now) {
        const made = {
          key, rev, size, stored, kind, type, modified: now, created: found?.created ?? now, packed: !!(bytes && compress),
          ...(!how.pin && { used: use }), ...(digest && { digest }), ...(id && { blob: id }),
          ...(name !== undefined && { name, lastModified: lastModified as number }),
          ...(how.meta !== undefined && { meta: how.meta }),
        } as Entry;
        return live(made, how.ttl ?? options.ttl, now);
      },
    };
  }
}
