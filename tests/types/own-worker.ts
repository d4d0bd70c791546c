// Workers of the program's own: their functions are known by the type of their module.
import { Centaurus } from "centaurus";
import { expose, type Task } from "centaurus/worker";
import { holds, type Resolved, type Same } from "./check.js";

const worker = () => new Worker(new URL("./jobs.ts", import.meta.url), { type: "module" });
const c = new Centaurus<typeof import("./jobs.js")>({ worker, size: 2 });
holds<Same<typeof c.resize, (image: ArrayBuffer, width: number) => Promise<ArrayBuffer>>>();
holds<Same<Resolved<typeof c.steps>, number[]>>();
for await (const step of c.stream("steps")) holds<Same<typeof step, number>>();
await c.with({ timeout: 10 }).resize(new ArrayBuffer(1), 2);
await c.zlib.compress(await c.call("resize", [new ArrayBuffer(1), 2]));
// @ts-expect-error it exports no such function
c.resise;
// @ts-expect-error an argument is missing
c.resize(new ArrayBuffer(1));
// @ts-expect-error only pools of workers of the program's own have functions from the start
new Centaurus<typeof import("./jobs.js")>({ size: 2 });
// @ts-expect-error that makes no worker
new Centaurus({ worker: () => 1 });

// What has no type takes any name, as every new pool.
await new Centaurus({ worker }).anything(1);

function half(this: Task, x: number): number {
  this.progress(x);
  return x / 2;
}
const exposed = expose({ half });
const typed = new Centaurus<typeof exposed>({ worker });
holds<Same<typeof typed.half, (x: number) => Promise<number>>>();
