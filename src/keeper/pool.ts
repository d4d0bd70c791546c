import type { CallOptions } from "../centaurus.js";
import type { KeeperPool } from "../centaurus.keeper.js";
import type { Fetched, Order } from "./fetching.js";

/** The export of worker.ts. */
const NAME = "centaurus.keeper";

/** How a pool is used, whatever else its type says. */
interface Pool {
  registerModule(url: string | URL, names: readonly string[]): Promise<unknown>;
  call(name: string, args: readonly unknown[], options: CallOptions): Promise<unknown>;
}

const registered = new WeakMap<object, Promise<unknown>>();

/** Has a worker fetch. The function is registered when it is first needed; that it cannot be is told every time. */
export async function fetchIn(pool: KeeperPool, worker: string | URL, order: Order, options: CallOptions): Promise<Fetched> {
  const { registerModule, call } = pool as unknown as Pool;
  let ready = registered.get(pool);
  if (!ready) {
    ready = registerModule.call(pool, worker, [NAME]);
    registered.set(pool, ready);
    ready.catch(() => registered.delete(pool));
  }
  await ready;
  return call.call(pool, NAME, [order], options) as Promise<Fetched>;
}
