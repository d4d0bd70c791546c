// What the compiler knows of registered functions, and what it must refuse.
import { Centaurus, type Pool, type Typed } from "centaurus";
import { holds, type Resolved, type Same } from "./check.js";

const c = new Centaurus();

// Plain functions: parameters and results, awaited; generators' values as an array.
const plain = await c.define({
  add: (a: number, b: number) => a + b,
  later: async (text: string) => text.length,
  *count(to: number) {
    for (let i = 0; i < to; i += 1) yield i;
  },
  async *lines(file: Blob, from = 0) {
    yield `${file.size} ${from}`;
  },
  nothing() {},
  list: (of: string) => [of],
  untyped: (x) => x,
  text: () => "text",
});
holds<Same<typeof plain.add, (a: number, b: number) => Promise<number>>>();
holds<Same<Resolved<typeof plain.later>, number>>();
holds<Same<Resolved<typeof plain.count>, number[]>>();
holds<Same<Resolved<typeof plain.lines>, string[]>>();
holds<Same<Resolved<typeof plain.nothing>, void>>();
holds<Same<Resolved<typeof plain.untyped>, any>>();
await plain.lines(new Blob());
// @ts-expect-error an argument is missing
plain.add(1);
// @ts-expect-error an argument too many
plain.add(1, 2, 3);
// @ts-expect-error an argument of the wrong type
plain.add(1, "2");
// @ts-expect-error no function of that name
plain.ad(1, 2);
// @ts-expect-error the result is no string
const wrong: string = await plain.add(1, 2);

// The original form: the result is what resolve takes.
const original = await c.registerFunctions({
  test: (resolve: (value: number) => void, _reject, text: string) => resolve(text.length),
  loose: (resolve, reject, a: number) => (a > 0 ? resolve("any") : reject(new Error("no"))),
});
holds<Same<typeof original.test, (text: string) => Promise<number>>>();
holds<Same<Resolved<typeof original.loose>, any>>();
// @ts-expect-error an argument is missing
original.test();
// @ts-expect-error resolve is not the caller's to give
original.test(() => {}, () => {}, "text");

// What was registered before is still known; a name that is registered again means the new function.
const both = await plain.registerFunctions({ more: (resolve: (value: boolean) => void) => resolve(true) });
holds<Same<Resolved<typeof both.add>, number>>();
holds<Same<Resolved<typeof both.more>, boolean>>();
const again = await both.define({ add: (a: string) => a });
holds<Same<typeof again.add, (a: string) => Promise<string>>>();

// Modules: by their type, by names, or by neither.
const typed = await plain.registerModule<typeof import("./jobs.js")>("/jobs.js");
holds<Same<typeof typed.resize, (image: ArrayBuffer, width: number) => Promise<ArrayBuffer>>>();
holds<Same<Resolved<typeof typed.steps>, number[]>>();
// @ts-expect-error what is no function is no method
typed.VERSION;
await plain.registerModule<typeof import("./jobs.js")>("/jobs.js", ["resize"]);
// @ts-expect-error the module exports no such function
await plain.registerModule<typeof import("./jobs.js")>("/jobs.js", ["resise"]);
const named = await plain.registerModule("/jobs.js", ["resize"]);
holds<Same<typeof named.resize, (...params: any[]) => Promise<any>>>();
// @ts-expect-error not among the names
named.steps();
const unnamed = await plain.registerModule(new URL("file:///jobs.js"));
await unnamed.whatever?.(1);

// By name, with options, and through views.
holds<Same<Awaited<ReturnType<typeof byName>>, number>>();
function byName() {
  return plain.call("add", [1, 2], { timeout: 500, priority: 1, key: "k", retry: 1, transfer: [new ArrayBuffer(1)] });
}
plain.call("nothing");
plain.call("lines", [new Blob()]);
// @ts-expect-error no function of that name
plain.call("ad", [1, 2]);
// @ts-expect-error its arguments are missing
plain.call("add");
// @ts-expect-error an argument of the wrong type
plain.call("add", [1, "2"]);
// @ts-expect-error there is no such option
plain.call("add", [1, 2], { timeuot: 500 });
const view = plain.with({ timeout: 500 });
holds<Same<Resolved<typeof view.add>, number>>();
// @ts-expect-error no function of that name
view.ad();
const everywhere = await plain.broadcast("add", 1, 2);
holds<Same<typeof everywhere, number[]>>();
// @ts-expect-error an argument is missing
plain.broadcast("add", 1);

// Streams: the values of what can be taken one by one, else the one.
for await (const value of plain.stream("count", 3)) holds<Same<typeof value, number>>();
for await (const value of plain.stream("lines", new Blob())) holds<Same<typeof value, string>>();
for await (const value of plain.stream("list", "of")) holds<Same<typeof value, string>>();
for await (const value of plain.stream("text")) holds<Same<typeof value, string>>();
for await (const value of view.stream("later", "x")) holds<Same<typeof value, number>>();
for await (const value of both.stream("more")) holds<Same<typeof value, boolean>>();
// @ts-expect-error no function of that name
plain.stream("cuont", 3);
// @ts-expect-error an argument of the wrong type
plain.stream("count", "3");

// `this` is the task.
await c.define({
  polite(this, n: number) {
    if (this.signal.aborted) return undefined;
    this.progress({ n });
    const bytes = new Uint8Array(n);
    return this.transfer(bytes, [bytes.buffer]);
  },
});
await c.define({
  wrong() {
    // @ts-expect-error a task has no such member
    this.abort();
  },
});
// @ts-expect-error not a function
await c.define({ value: 1 });
// @ts-expect-error not a function
await c.registerFunctions({ value: "text" });

// Once, and for all workers to come.
holds<Same<Awaited<ReturnType<typeof once>>, number>>();
function once() {
  return c.run((x: number) => 2 * x, 21);
}
// @ts-expect-error an argument of the wrong type
c.run((x: number) => 2 * x, "21");
await c.setup((key: string) => void key, "k");
// @ts-expect-error an argument is missing
await c.setup((key: string) => void key);

// The pool that `new` gives takes any name: the original form compiles.
const C = new Centaurus("/centaurus.worker.js", { size: { min: 1, max: 4 } });
C.registerFunctions({ test: (resolve, _reject) => resolve(123456) });
C.test().then(console.log);
const maybe: string = await C.call("whatever", [1]);
for await (const value of C.stream<number>("numbers")) holds<Same<typeof value, number>>();
// @ts-expect-error there is no such option
new Centaurus({ sise: 4 });
// @ts-expect-error a worker is told by its address
new Centaurus(4);

// Pools can be passed on.
function useAny(pool: Centaurus): EventTarget {
  return pool;
}
useAny(plain);
function useAdd(pool: Typed<{ add(a: number, b: number): Promise<number> }, unknown>) {
  return pool.call("add", [1, 2]);
}
useAdd(plain);
const life = async (pool: Pool<unknown, unknown>) => {
  await pool.ready;
  await pool.close();
  pool.terminate();
};
await life(plain);
