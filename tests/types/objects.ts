// What can be registered: any object of functions, whatever its type is called.
import { type CallbackFunction, Centaurus, type Task } from "centaurus";
import { holds, type Resolved, type Same } from "./check.js";

const c = new Centaurus();

interface Jobs {
  add(a: number, b: number): number;
  later(text: string): Promise<number>;
  steps(): Generator<string>;
}
declare const jobs: Jobs;
const ofInterface = await c.define(jobs);
holds<Same<typeof ofInterface.add, (a: number, b: number) => Promise<number>>>();
holds<Same<Resolved<typeof ofInterface.later>, number>>();
holds<Same<Resolved<typeof ofInterface.steps>, string[]>>();
for await (const step of ofInterface.stream("steps")) holds<Same<typeof step, string>>();
// @ts-expect-error no function of that name
ofInterface.sub(1, 2);
// @ts-expect-error an argument of the wrong type
ofInterface.add(1, "2");

class Tasks {
  half(this: Task, n: number) {
    this.progress(n);
    return n / 2;
  }
  text = (n: number) => String(n);
}
const ofClass = await ofInterface.define(new Tasks());
holds<Same<typeof ofClass.half, (n: number) => Promise<number>>>();
holds<Same<Resolved<typeof ofClass.text>, string>>();
holds<Same<Resolved<typeof ofClass.add>, number>>();

interface Original {
  test(resolve: (value: number) => void, reject: (reason: Error) => void, text: string): void;
}
declare const original: Original;
const ofOriginal = await c.registerFunctions(original);
holds<Same<typeof ofOriginal.test, (text: string) => Promise<number>>>();

// Parameters and `this` are known from where they stand.
await c.define({ loose(a, b) { this.progress(a + b); return a; } });
await c.registerFunctions({ loose(resolve) { this.progress(1); resolve(2); } });
// Of functions that are known by no names, none is known.
declare const some: Record<string, () => number>;
const ofRecord = await c.define(some);
await ofRecord.whatever?.();
declare const others: Record<string, CallbackFunction>;
await c.registerFunctions(others);

// @ts-expect-error an instance with state, which would stay behind
await c.define(new (class { n = 1; next() { return this.n; } })());
// @ts-expect-error a collection is no object of functions
await c.define(new Map([["add", () => 1]]));
// @ts-expect-error an array has no names
await c.define([() => 1]);
// @ts-expect-error a function is not an object of functions
await c.define(() => 1);
// @ts-expect-error a class is not an object of functions
await c.define(Tasks);
// @ts-expect-error nor is text
await c.define("add");
// @ts-expect-error nor is a promise of one: import() is for registerModule
await c.define(Promise.resolve({ add: () => 1 }));
