import { type Bit, type Exports, own } from "./instance.js";
import { type CarriedError, carriedErrors } from "../../worker/runtime/failure.js";
import { Flag, MAGIC, Up, VERSION } from "../../worker/runtime/protocol.js";
import { restore } from "../../worker/runtime/rebuild.js";
import { End, Op } from "./command.js";
import { decode, failure, forCall } from "./errors.js";
import type { Handle } from "./handle.js";
import { registrationOf } from "./handle.js";
import type { Settings } from "./options.js";
import { clearTimeout, clock, MessageChannel, queueMicrotask, setTimeout } from "./platform.js";
import { isMutable, snapshot } from "./snapshot.js";
import type { Request, Task } from "./task.js";
import type { Owner, Workers } from "./workers.js";

interface Registration {
  kind: number;
  payload: unknown;
  resolve: (found: never) => void;
  reject: (error: unknown) => void;
  /** What it failed with, which calls of its functions fail with too. */
  failure?: unknown;
}

/** What the class is told. */
export interface Listener {
  /** Whether no listener has called `preventDefault()`. */
  event(kind: string, detail: object): boolean;
  /** The pool has come up (`undefined`), cannot come up (an error), or has closed (`null`). */
  state(state: unknown): void;
}

/** What the proxy tells the core besides. */
export interface Owning extends Listener {
  /** So many more promises of the page's are pending. */
  hold(count: number): void;
}

const QUEUE_FULL = -1;
/** Numbers to a command of the scheduler's. */
const WORDS = 4;
/** Workers whose last words are remembered: a call may end by a worker's failure a little after that is gone, while
 *  others were tried in its place. */
const LAST_WORDS = 32;

/** What is overdue by more than this, in ms, was held up: the page was busy, frozen or throttled. */
const LATE = 20;

/** Carries out what the scheduler decides: keeps the values that it knows by number, writes them into messages, reads
 *  the workers' messages, settles promises. */
export class Proxy implements Owner {
  readonly #wasm: Exports;
  /** Where the pool lies in the proxy's memory. */
  readonly #pool: number;
  readonly #tasks: (Task | undefined)[] = [];
  readonly #registrations: Registration[] = [];
  readonly #handles = new Map<number, Handle>();
  readonly #words = new Map<number, unknown>();
  #words32 = new Uint32Array(0);
  #numbers = new Float64Array(0);
  /** Where the scheduler's two standing numbers are. */
  readonly #head: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #armed = Infinity;
  #soon = false;
  /** It waits for messages that have arrived but have not been heard. */
  #held = false;
  #busy = false;
  /** Something has been decided while decisions were being carried out. */
  #more = false;
  /** What the page's listeners are to be told. */
  readonly #news: [kind: string, detail: object][] = [];

  constructor(
    wasm: Exports,
    settings: Settings,
    readonly workers: Workers,
    readonly listener: Owning,
  ) {
    const { min, max, broadcast, idleTimeout, queueLimit, killGrace } = settings;
    const seed = (Math.random() * 2 ** 32) >>> 0;
    const grace = killGrace < 0 ? Number.MAX_SAFE_INTEGER : killGrace;
    this.#wasm = wasm;
    this.#pool = wasm.pool_new(min, max, broadcast, idleTimeout, queueLimit, grace, seed);
    own(this, this.#pool);
    this.#head = wasm.pool_head(this.#pool) / Float64Array.BYTES_PER_ELEMENT;
  }

  /** Takes a call on. Its number, or a negative one if it has been rejected. */
  call(task: Task, request?: Request): number {
    const now = clock();
    const target = typeof task.target === "number" ? task.target : 0;
    const call = request
      ? this.#wasm.pool_submit_with(
          this.#pool, now, target, request.priority, this.#key(request.key), request.timeout, request.retry,
          request.cancellable, task.onItem ? 1 : 0, task.transfer ? 0 : 1,
        )
      : this.#wasm.pool_submit(this.#pool, now, target);
    if (call >= 0) {
      this.#tasks[call] = task;
      this.listener.hold(1);
      if (isMutable(task)) this.#fix(call, task, request);
      else this.#tickSoon();
    } else {
      task.reject(refusal(call, task));
    }
    return call;
  }

  /** Sees to it that the call is made with its arguments as they are now: it is posted at once, which clones them, or
   *  they are cloned here. Of a call that may run again there is a clone to send again. */
  #fix(call: number, task: Task, request: Request | undefined): void {
    try {
      if (!request?.retry && !this.#busy) {
        task.errors = carriedErrors(task.args);
        this.#tick();
      }
      if (!task.fixed) snapshot(task);
    } catch (error) {
      this.abort(call, error);
    }
    this.#tickSoon();
  }

  /** Takes a call on for every worker. `task` makes each, given its number, or a negative one if it is rejected. */
  broadcast(target: number, request: Request, task: (call: number) => Task): void {
    const { priority, timeout, retry, cancellable } = request;
    const calls = this.#wasm.pool_broadcast(this.#pool, clock(), target, priority, timeout, retry, cancellable);
    for (const call of this.#row(calls)) {
      const made = task(call);
      if (call >= 0) {
        this.#tasks[call] = made;
        this.listener.hold(1);
      } else made.reject(refusal(call, made));
    }
    this.#tickSoon();
  }

  /** The caller's signal fired, or the reader of a stream left: the call settles now. */
  abort(call: number, reason: unknown): void {
    const task = this.#tasks[call];
    if (!task) return;
    task.reason = reason;
    this.#wasm.pool_abort(this.#pool, clock(), call);
    this.#flush();
    this.#tickSoon();
  }

  /** The reader of a stream has taken so many values. */
  credit(call: number, count: number): void {
    this.#handles.get(this.#wasm.pool_worker_of(this.#pool, call))?.addCredit(call, count);
    this.#tickSoon();
  }

  /** Adds an entry to the registration log. `payload` is given the number of the first of its functions. */
  register(
    kind: number,
    payload: (first: number) => unknown,
    functions: number,
    resolve: (found: never) => void,
    reject: (error: unknown) => void,
  ): number {
    const first = this.#wasm.pool_next_function(this.#pool);
    const id = this.#wasm.pool_register(this.#pool, clock(), functions);
    if (id < 0) {
      reject(failure("TerminatedError"));
    } else {
      const once = <T>(settle: (how: T) => void) => (how: T) => {
        this.listener.hold(-1);
        settle(how);
      };
      this.#registrations[id] = { kind, payload: payload(first), resolve: once(resolve), reject: once(reject) };
      this.listener.hold(1);
      this.#tickSoon();
    }
    return id;
  }

  /** Completes an entry: every worker is given it again. */
  refresh(id: number, payload: (first: number) => unknown, functions: number): void {
    const entry = this.#registrations[id];
    if (!entry) return;
    entry.payload = payload(this.#wasm.pool_next_function(this.#pool));
    this.#wasm.pool_refresh(this.#pool, clock(), id, functions);
    this.#tickSoon();
  }

  /** Brings up the workers that the pool keeps at least. */
  warm(): void {
    this.#wasm.pool_warm(this.#pool, clock());
    this.#tickSoon();
  }

  terminate(): void {
    this.#wasm.pool_terminate(this.#pool, clock());
    this.#flush();
    clearTimeout(this.#timer);
  }

  close(): void {
    this.#wasm.pool_close(this.#pool, clock());
    this.#tick();
  }

  /** The scheduler's numbers in a row. */
  stats(): number[] {
    return this.#row(this.#wasm.pool_stats(this.#pool));
  }

  #row(length: number): number[] {
    return [...new Float64Array(this.#wasm.memory.buffer, this.#wasm.pool_row(this.#pool), length)];
  }

  /** Hands a key over. 1 if there is one. */
  #key(key: string | undefined): Bit {
    if (key === undefined) return 0;
    const bytes = new TextEncoder().encode(key);
    const at = this.#wasm.pool_key_room(this.#pool, bytes.length);
    new Uint8Array(this.#wasm.memory.buffer).set(bytes, at);
    return 1;
  }

  message(handle: Handle, data: unknown): void {
    if (!Array.isArray(data) || data[0] !== MAGIC) return;
    const now = clock();
    for (let at = 1; at < data.length; ) at = this.#item(now, handle, data, at);
    this.#tick();
  }

  loadFailed(handle: { id: number }, error: unknown): void {
    this.#remember(handle.id, error);
    this.#wasm.pool_load_failed(this.#pool, clock(), handle.id);
    this.#tick();
  }

  gone(handle: Handle, error: unknown): void {
    this.#remember(handle.id, error);
    this.#wasm.pool_died(this.#pool, clock(), handle.id, handle.running());
    this.#tick();
  }

  /** Obeys one item of a worker's message and gives the place of the next. */
  #item(now: number, handle: Handle, data: unknown[], at: number): number {
    const wasm = this.#wasm;
    const pool = this.#pool;
    const worker = handle.id;
    const id = data[at + 1] as number;
    const value = data[at + 2];
    switch (data[at] as Up) {
      case Up.Done:
        if (wasm.pool_replied(pool, now, worker, id, 1, value as number)) this.#take(id)?.resolve(data[at + 3] as never);
        return at + 4;
      case Up.Failed:
        if (wasm.pool_replied(pool, now, worker, id, 0, value as number)) {
          const task = this.#take(id);
          task?.reject(decode(data[at + 3], task.context));
        }
        return at + 4;
      case Up.Item:
      case Up.Progress:
        if (wasm.pool_item(pool, now, worker, id)) {
          const task = this.#tasks[id];
          guarded(() => (data[at] === Up.Item ? task?.onItem?.(value) : task?.onProgress?.(value)));
        }
        return at + 3;
      case Up.Started:
        wasm.pool_started(pool, now, worker, id);
        return at + 2;
      case Up.Registered:
        if (wasm.pool_registered(pool, now, worker, id, 1)) this.#registrations[id]?.resolve(value as never);
        return at + 3;
      case Up.RegisterFailed:
        this.#registrationFailed(now, worker, id, value);
        return at + 3;
      case Up.Loaded:
        if (id === VERSION) {
          wasm.pool_loaded(pool, now, worker);
        } else {
          this.#remember(worker, new Error("the worker file is of another release"));
          wasm.pool_load_failed(pool, now, worker);
        }
        return at + 2;
      case Up.Locked:
        this.workers.watchLock(handle, data[at + 1] as string);
        return at + 2;
      case Up.Crashed:
        this.#remember(worker, value);
        wasm.pool_died(pool, now, worker, id);
        return at + 3;
      case Up.Errors:
        restore(data[at + 1] as CarriedError[], data.slice(at + 2));
        return at + 2;
      case Up.Uncaught:
        this.workers.uncaught(handle, decode(id, undefined));
        return at + 2;
      case Up.Unreadable:
        this.#unreadable(now, handle, id);
        return at + 2;
      default:
        return data.length;
    }
  }

  #unreadable(now: number, handle: Handle, message: number): void {
    const error = new Error("it cannot read the message");
    for (const subject of handle.contents(message)) {
      const task = this.#tasks[subject];
      if (task) task.reason = error;
      if (subject >= 0) this.#wasm.pool_unread(this.#pool, subject);
      else if (registrationOf(subject) >= 0) this.#registrationFailed(now, handle.id, registrationOf(subject), error);
    }
    this.#wasm.pool_unreadable(this.#pool, now, handle.id);
  }

  #registrationFailed(now: number, worker: number, id: number, error: unknown): void {
    const entry = this.#registrations[id];
    // A worker that refuses what no other has confirmed is none the worse for it; one that does is ended for it.
    if (!this.#wasm.pool_registered(this.#pool, now, worker, id, 0) || !entry) return this.#remember(worker, error);
    // Nobody will be given it again.
    entry.payload = undefined;
    entry.failure = error;
    entry.reject(decode(error, undefined));
  }

  /** The task is settled now; nothing can settle it a second time. */
  #take(call: number): Task | undefined {
    const task = this.#tasks[call];
    this.#tasks[call] = undefined;
    if (task) this.listener.hold(-1);
    return task;
  }

  #remember(worker: number, words: unknown): void {
    this.#words.set(worker, words);
    if (this.#words.size > LAST_WORDS) this.#words.delete(this.#words.keys().next().value as number);
  }

  #tickSoon(): void {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => this.#tick());
  }

  /** Deals out what waits: once for all calls of a task of the page's, so that they travel together. */
  #tick(due = this.#armed): void {
    this.#soon = false;
    if (this.#busy) return this.#tickSoon();
    if (this.#held) return;
    const now = clock();
    // Whatever held the timer up held the workers' messages up too: a result that came in time is in time.
    if (now > due + LATE) {
      this.#held = true;
      return afterMessages(() => {
        this.#held = false;
        this.#armed = Infinity;
        this.#tick();
      });
    }
    this.#carryOut(this.#wasm.pool_tick(this.#pool, now));
  }

  /** Does what has been decided, but deals nothing out. */
  #flush(): void {
    if (!this.#busy) this.#carryOut(this.#wasm.pool_drain(this.#pool));
  }

  /** Does what the scheduler has decided, so many numbers of it, until it has nothing more to say. A listener that is
   *  told meanwhile may call the pool; what that decides is done here too, in its turn. */
  #carryOut(length: number): void {
    this.#busy = true;
    for (;;) {
      this.#more = false;
      this.#look();
      const first = (this.#numbers[this.#head] as number) / Uint32Array.BYTES_PER_ELEMENT;
      for (let i = first; i < first + length; i += WORDS) {
        // Seen anew for each, since what a command does may grow the memory and detach what was seen before.
        this.#look();
        const words = this.#words32;
        this.#obey(words[i] as Op, words[i + 1] as number, words[i + 2] as number, words[i + 3] as number);
      }
      for (const handle of this.#handles.values()) {
        for (const { subject, error } of handle.send((call) => this.#tasks[call]?.transfer)) {
          this.#more = true;
          this.#refused(handle.id, subject, error);
        }
      }
      // Not before: a listener may make calls, and these may get the numbers of calls that had yet to be settled.
      for (const [kind, detail] of this.#news.splice(0)) {
        this.#more = true;
        this.listener.event(kind, detail);
      }
      if (!this.#more) break;
      length = this.#wasm.pool_drain(this.#pool);
    }
    this.#busy = false;
    this.#arm();
  }

  #look(): void {
    if (this.#words32.byteLength > 0) return;
    const { buffer } = this.#wasm.memory;
    this.#words32 = new Uint32Array(buffer);
    this.#numbers = new Float64Array(buffer);
  }

  #refused(worker: number, subject: number, error: unknown): void {
    const now = clock();
    const task = this.#tasks[subject];
    if (task) task.reason = error;
    if (subject >= 0) this.#wasm.pool_post_failed(this.#pool, now, subject);
    else if (registrationOf(subject) >= 0) this.#registrationFailed(now, worker, registrationOf(subject), error);
  }

  #obey(op: Op, a: number, b: number, c: number): void {
    switch (op) {
      case Op.Post: {
        const task = this.#tasks[b];
        if (!task) return;
        task.fixed = true;
        const flags = (c ? Flag.Marked : 0) | (task.onItem ? Flag.Stream : 0) | (task.onProgress ? Flag.Progress : 0);
        return this.#handles.get(a)?.addCall(b, flags, task);
      }
      case Op.Settle:
        return this.#settle(a, b, c);
      case Op.Abort:
        return this.#handles.get(a)?.addAbort(b, this.#tasks[b]?.reason ?? timeIsUp());
      case Op.Register: {
        const entry = this.#registrations[b];
        if (entry) this.#handles.get(a)?.addRegistration(b, entry.kind, entry.payload);
        return;
      }
      case Op.Spawn:
        return this.#spawn(a, b);
      case Op.Kill:
        return this.#kill(a);
      case Op.SettleRegistration: {
        const kind = b === End.Terminated ? "TerminatedError" : "WorkerLoadError";
        const entry = this.#registrations[a];
        const error = failure(kind, undefined, undefined, this.#words.get(c));
        if (entry) entry.failure ??= error;
        return entry?.reject(error);
      }
      case Op.Unready:
        return this.listener.state(failure("WorkerLoadError", undefined, undefined, this.#words.get(a)));
      default:
        return this.listener.state(op === Op.Closed ? null : undefined);
    }
  }

  #spawn(worker: number, slot: number): void {
    try {
      const handle = this.workers.give(worker, slot);
      this.#handles.set(worker, handle);
      this.#news.push(["workerstart", { worker, slot }]);
    } catch (error) {
      void this.workers.diagnosed(error).then((why) => this.loadFailed({ id: worker }, why));
    }
  }

  #kill(worker: number): void {
    const handle = this.#handles.get(worker);
    if (!handle) return;
    this.#handles.delete(worker);
    this.workers.end(handle);
    this.#news.push(["workerstop", { worker, slot: handle.slot, reason: decode(this.#words.get(worker), undefined) }]);
  }

  #settle(call: number, end: End, whose: number): void {
    const task = this.#take(call);
    if (!task) return;
    const fail = (kind: string, said?: unknown) => task.reject(failure(kind, task.context, task.args, said));
    switch (end) {
      case End.Aborted:
        return task.reject(task.reason);
      case End.TimedOut:
        return fail("TimeoutError");
      case End.LoadFailed:
        return fail("WorkerLoadError", this.#words.get(whose));
      case End.Crashed:
        return fail("WorkerCrashError", this.#words.get(whose));
      case End.RegistrationFailed:
        return task.reject(forCall(decode(this.#registrations[whose]?.failure, task.context), task.context));
      case End.NotCloneable:
        return fail("DataCloneError", task.reason);
      default:
        return fail("TerminatedError");
    }
  }

  /** Has the timer fire when the scheduler next wants it. One that fires too early does no harm, so the timer is only
   *  ever moved forward. */
  #arm(): void {
    this.#look();
    const wake = this.#numbers[this.#head + 1] as number;
    if (wake >= this.#armed) return;
    this.#armed = wake;
    clearTimeout(this.#timer);
    // The longest that a timer of the platform can wait (HTML: a signed 32-bit number of ms).
    const delay = Math.min(Math.max(0, Math.ceil(wake - clock())), 2 ** 31 - 1);
    // A timer must not hold a pool that nobody has any more.
    const self = new WeakRef(this);
    this.#timer = setTimeout(() => self.deref()?.due(), delay);
  }

  due(): void {
    const due = this.#armed;
    this.#armed = Infinity;
    this.#tick(due);
  }
}

/** What a task's signal fires with when nobody gave a reason. */
function timeIsUp(): DOMException {
  return new DOMException("The call's time is up", "TimeoutError");
}

function refusal(code: number, { context, args }: Pick<Task, "context" | "args">): Error {
  return failure(code === QUEUE_FULL ? "QueueFullError" : "TerminatedError", context, args, undefined);
}

/** Does something when the messages that have arrived by now have been heard. */
function afterMessages(run: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    run();
  };
  port2.postMessage(0);
}

/** What a listener of the page's throws is the page's affair, and must not keep other calls from settling. */
function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}
