import * as glue from "centaurus-worker-glue";
import { restored } from "./content.js";
import { type Content, done, type Entry } from "./database.js";
import { Fault } from "./numbers.js";
import { program } from "./program.js";
import { digestOf, isSound } from "./seal.js";
import type { Store } from "./store.js";

/** An entry whose content is at hand, or can be had chunk by chunk. */
export interface Found {
  entry: Entry;
  content: Content | undefined;
}

/** Chunks that are read at a time: the next is being fetched while one is checked. */
const AHEAD = 4;

/** The value under a key, or nothing. */
export async function get(store: Store, key: string, rev: number | undefined): Promise<{ value: unknown; entry: Entry } | undefined> {
  const found = await look(store, key, rev);
  const { entry, content } = found;
  if (!entry) return undefined;
  if (content && "value" in content) return { value: content.value, entry };
  const chunk = program.chunk();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const ahead: ReturnType<typeof piece>[] = [];
  for (let at = 0; at < entry.size || at === 0 || ahead.length > 0; ) {
    for (; (at < entry.size || at === 0) && ahead.length < AHEAD; at += chunk) {
      const reading = piece(store, found as Found, at, entry.size);
      // Nobody may be left to ask for it; who does is told.
      reading.catch(() => {});
      ahead.push(reading);
    }
    const part = await ahead.shift();
    // Replaced meanwhile: what is there now is as good an answer.
    if (!part) return get(store, key, rev);
    parts.push(part);
  }
  return { value: restored(entry, parts), entry };
}

/** The entry of a key, and its content. */
export function look(store: Store, key: string, rev?: number): Promise<Partial<Found>> {
  return store.read(async (of) => {
    const [entry, content] = await Promise.all([store.expect(of, key, rev), done(of.contents.get(key)) as Promise<Content>]);
    return entry ? { entry, content } : {};
  });
}

/** The bytes from `at` on, as far as their chunk goes; nothing if the entry has been replaced meanwhile. They are those
 *  that were put, or it throws. */
export async function piece(store: Store, { entry, content }: Found, at: number, end: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { key, blob, packed, size, digest } = entry;
  const corrupt = (why: string, cause?: unknown) => store.fault(Fault.Corrupt, key, { digest, why }, cause);
  const open = (bytes: Uint8Array) => {
    try {
      return (packed ? glue.unpack(bytes, undefined) : bytes) as Uint8Array<ArrayBuffer>;
    } catch (error) {
      throw corrupt("it cannot be decompressed", error);
    }
  };
  if (!blob) {
    if (!(content instanceof Uint8Array)) throw corrupt("it is gone");
    const bytes = open(content);
    if (digestOf(digest?.split(":")[0] ?? "", bytes) !== digest) throw corrupt("its digest is another");
    return at === 0 && end === size ? bytes : bytes.slice(at, end);
  }
  const { checks, lengths } = content as { checks: Uint8Array; lengths: number[] };
  const chunk = program.chunk();
  const number = Math.floor(at / chunk);
  const begins = number * chunk;
  const to = program.span_end(size, at, end);
  let read: Uint8Array | undefined;
  let cause: unknown;
  try {
    read = await store.blobsOf(blob).read(blob, number, lengths.slice(0, number).reduce((sum, length) => sum + length, 0), lengths[number] as number);
  } catch (error) {
    cause = error;
  }
  if (read?.length !== lengths[number]) {
    if ((await look(store, key)).entry?.rev !== entry.rev) return undefined;
    throw corrupt("a part of it is missing", cause);
  }
  const bytes = open(read as Uint8Array);
  if (!isSound(bytes, checks, number, chunk)) throw corrupt("its digest is another");
  return at === begins && to === bytes.length ? bytes : bytes.slice(at - begins, to);
}
