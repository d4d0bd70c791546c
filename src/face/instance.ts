/** A bool, as it crosses. */
export type Bit = 0 | 1;

/** What the proxy's WebAssembly exports: src/exports.rs says what each does. */
export interface Exports {
  memory: WebAssembly.Memory;
  pool_new(
    min: number, max: number, broadcast: number, idle_timeout: number, queue_limit: number, kill_grace: number, seed: number,
  ): number;
  pool_free(pool: number): void;
  pool_submit(pool: number, now: number, fn: number): number;
  pool_key_room(pool: number, length: number): number;
  pool_submit_with(
    pool: number, now: number, fn: number, priority: number, keyed: Bit, timeout: number, retry: number, cancellable: Bit,
    stream: Bit, movable: Bit,
  ): number;
  pool_broadcast(
    pool: number, now: number, fn: number, priority: number, timeout: number, retry: number, cancellable: Bit,
  ): number;
  pool_abort(pool: number, now: number, call: number): void;
  pool_next_function(pool: number): number;
  pool_register(pool: number, now: number, functions: number): number;
  pool_refresh(pool: number, now: number, registration: number, functions: number): void;
  pool_warm(pool: number, now: number): void;
  pool_terminate(pool: number, now: number): void;
  pool_close(pool: number, now: number): void;
  pool_tick(pool: number, now: number): number;
  pool_drain(pool: number): number;
  pool_head(pool: number): number;
  pool_loaded(pool: number, now: number, worker: number): void;
  pool_load_failed(pool: number, now: number, worker: number): void;
  pool_registered(pool: number, now: number, worker: number, registration: number, ok: Bit): Bit;
  pool_started(pool: number, now: number, worker: number, call: number): void;
  pool_replied(pool: number, now: number, worker: number, call: number, ok: Bit, run: number): Bit;
  pool_item(pool: number, now: number, worker: number, call: number): Bit;
  pool_died(pool: number, now: number, worker: number, running: number): void;
  pool_post_failed(pool: number, now: number, call: number): void;
  pool_unread(pool: number, call: number): void;
  pool_unreadable(pool: number, now: number, worker: number): void;
  pool_worker_of(pool: number, call: number): number;
  pool_stats(pool: number): number;
  pool_row(pool: number): number;
}

let shared: Exports | undefined;
const pools = new FinalizationRegistry<number>((pool) => shared?.pool_free(pool));

/** The instance that all pools of the page share. A module that is not ours must not take its place. */
export function instantiate(module: WebAssembly.Module): Exports {
  if (!WebAssembly.Module.exports(module).some(({ name }) => name === /* @__KEY__ */ "pool_new")) throw new Error("it is another program");
  return (shared ??= new WebAssembly.Instance(module).exports as unknown as Exports);
}

/** The pool's memory goes with the object that stands for it. */
export function own(owner: object, pool: number): void {
  pools.register(owner, pool);
}
