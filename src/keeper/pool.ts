import type { CallOptions } from "../centaurus.js";
import type { KeeperPool } from "../centaurus.keeper.js";
import type { Fetched, Order } from "./fetching.js";

/** The export of worker.ts. */
const NAME = "centaurus.keeper";

/** How a pool is used, whatever else its type says. */
interface Pool {
  registerModule(url: string | URL, names: readonly string[]): Promise<unknown>;
  with(options: CallOptions): Pool;
  stream(name: string, ...args: unknown[]): AsyncIterableIterator<unknown>;
}

const registered = new WeakMap<object, Promise<unknown>>();

/** Has a worker fetch. The function is registered when it is first needed; that it cannot be is told every time. */
export async function fetchIn(given: KeeperPool, worker: string | URL, order: Order, options: CallOptions): Promise<Fetched> {
  const pool = given as unknown as Pool;
  let ready = registered.get(pool);
  if (!ready) {
    ready = pool.registerModule(worker, [NAME]);
    registered.set(pool, ready);
    ready.catch(() => registered.delete(pool));
  }
  await ready;
  // As a stream, of one value: its worker takes calls beside it, so nobody waits for a server that is slow.
  const results = pool.with(options).stream(NAME, order);
  const { value } = await results.next();
  void results.return?.();
  return value as Fetched;
}
