// A program for no platform in particular.
import Default, { Centaurus, ConflictError, LimitError, WorkerLoadError } from "centaurus";
import { SnapshotError } from "centaurus/keeper";
import * as node from "centaurus/node";

interface Jobs {
  half(n: number): number;
}
declare const jobs: Jobs;

const c = await new Centaurus({ size: 2 }).define({ add: (a: number, b: number) => a + b, loose(x) { this.progress(x); return x; } });
const sum: number = await c.add(1, 2);
// @ts-expect-error an argument of the wrong type
await c.add(1, "2");
// @ts-expect-error no function of that name
c.typo();
const half: number = await (await c.define(jobs)).half(1);
const original = await new node.Centaurus().registerFunctions({ test: (resolve: (value: number) => void) => resolve(1) });
for await (const value of original.stream("test")) value.toFixed();

const packed: Uint8Array = await c.pack({ sum, half });
try {
  await c.with({ timeout: 50 }).unpack(packed);
} catch (error) {
  if (error instanceof LimitError) error.max.toFixed();
  if (error instanceof ConflictError) error.store.trim();
  for (const kind of [WorkerLoadError, SnapshotError]) if (error instanceof kind) throw error;
}
const stop = (pool: Centaurus) => pool.close();
await stop(c);
await stop(original);
await stop(new Default());
