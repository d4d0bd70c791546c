// The types of the services, the events, the errors and the classic script.
import {
  Centaurus, QueueFullError, type Stats, TerminatedError, UnknownFunctionError, WorkerCrashError, WorkerLoadError,
} from "centaurus";
import "centaurus/global";
import { holds, type Same } from "./check.js";

const c = new Centaurus({ worker: "/w.js", wasm: { proxy: new ArrayBuffer(0) }, idleTimeout: Infinity, killGrace: 10, queueLimit: 5, name: "n" });
declare const trusted: { toJSON(): string; toString(): string };
new Centaurus(trusted, { scripts: { socket: "/s.js", extras: new URL("/d.js", "http://localhost") } }).terminate();
new Centaurus({ worker: trusted }).terminate();

const bytes = await c.pack({ any: ["value", 1n] }, { level: 9, timeout: 10 });
holds<Same<typeof bytes, Uint8Array<ArrayBuffer>>>();
const unknown = await c.unpack(bytes);
holds<Same<typeof unknown, unknown>>();
await c.zlib.compress(new Blob(), { format: "gzip", level: 6 });
// @ts-expect-error no such format
await c.zlib.compress(bytes, { format: "zip" });
// @ts-expect-error text has to be encoded first
await c.zlib.compress("text");
new Blob().stream().pipeThrough(c.zlib.compressStream()).pipeThrough(c.zlib.decompressStream());
const digests = await c.digest(["sha-256", "crc32"], bytes);
holds<Same<keyof typeof digests, "sha-256" | "crc32">>();
// @ts-expect-error not asked for
digests.blake3;
await c.msgpack.decode(await c.msgpack.encode([1]), { int64: "bigint", maps: "map" });
const schema = await c.protobuf("", { resolve: async (path) => path });
const tea = await schema.decode<{ name: string }>("Tea", await schema.encode("Tea", { name: "oolong" }));
holds<Same<typeof tea, { name: string }>>();

c.addEventListener("workerstop", ({ detail }) => holds<Same<typeof detail, { worker: number; slot: number; reason: unknown }>>());
c.addEventListener("warning", (event) => event.detail.names?.join());
c.addEventListener("anything", { handleEvent: (event) => void event.type }, { once: true });

const stats = c.stats();
holds<Same<typeof stats, Stats>>();
// @ts-expect-error a snapshot has no such number
stats.finished;

try {
  await c.ready;
} catch (error) {
  if (error instanceof UnknownFunctionError) holds<Same<typeof error.nearest, string[]>>();
  if (error instanceof WorkerLoadError) holds<Same<typeof error.name, "WorkerLoadError">>();
  for (const kind of [QueueFullError, TerminatedError, WorkerCrashError]) if (error instanceof kind) throw error;
}

{
  await using pool = new Centaurus();
  using other = new Centaurus();
  await pool.run(() => 1);
  other.terminate();
}

const C = new globalThis.Centaurus("/centaurus.worker.js");
C.test();
const kind: typeof WorkerLoadError = globalThis.Centaurus.WorkerLoadError;
