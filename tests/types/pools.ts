// A pool whose functions the compiler knows is a pool like any other.
import { Centaurus, type Typed } from "centaurus";
import type { KeeperPool } from "centaurus/keeper";
import { holds, type Same } from "./check.js";

const any = new Centaurus();
const plain = await any.define({ add: (a: number, b: number) => a + b });
const original = await any.registerFunctions({ test: (resolve: (value: number) => void) => resolve(1) });
const more = await plain.define({ sub: async (a: number, b: number) => a - b, *steps(to: number) { yield to; } });
const module = await any.registerModule<typeof import("./jobs.js")>("/jobs.js");
const named = await plain.registerModule("/jobs.js", ["resize"]);
const mixed = await original.registerModule<typeof import("./jobs.js")>("/jobs.js");

const pools: Centaurus[] = [any, plain, original, more, module, named, mixed, plain.with({ timeout: 5 })];
async function work(pool: Centaurus) {
  await pool.call<number>("add", [1, 2], { timeout: 5 });
  await pool.define({ another: () => 1 });
  for await (const value of pool.stream<string>("steps", 3)) value.trim();
  return pool.close();
}
for (const pool of pools) await work(pool);
await work(plain);
await work(more);
const keeping: KeeperPool = more;
keeping.storage("assets");

// A field, a Map's value, a default, a subclass.
class App {
  constructor(readonly pool: Centaurus = plain) {}
}
new App(more);
new Map<string, Centaurus>([["one", plain], ["two", more]]);
class Named extends Centaurus {
  readonly label = "named";
}
await work(new Named());

// Some of the functions are enough, whatever else there is.
function add(pool: Typed<{ add(a: number, b: number): Promise<number> }, unknown>) {
  return pool.call("add", [1, 2]);
}
holds<Same<ReturnType<typeof add>, Promise<number>>>();
await add(plain);
await add(more);
// @ts-expect-error the pool has no such function
await add(original);

// What makes it assignable cannot be called.
// @ts-expect-error no function of that name
plain.call("sub", [1, 2]);
// @ts-expect-error a name that is not known
plain.call("add" as string, [1, 2]);
// @ts-expect-error no function of that name
plain.broadcast("sub");
// @ts-expect-error no function of that name
plain.stream("sub");
// @ts-expect-error the result is no string
const text: string = await plain.call("add", [1, 2]);
// @ts-expect-error no function of that name
plain.typo();
// Of a pool that is not typed any name may be called.
any.typo();
