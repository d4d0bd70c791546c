/** What each worker did and when, pieced together from `stats()` at every frame and from the pool's events. */

/** Milliseconds of history that are kept. */
const KEPT = 20_000;

/**
 * One slot of the pool, whose worker may be replaced:
 * `{ state, calls, running, label, lives: [{ from, to, killed }], spans: [{ from, to, label }], ticks: [time] }`.
 */
function newSlot() {
  return { state: "none", worker: undefined, calls: 0, running: 0, label: "", lives: [], spans: [], ticks: [] };
}

export class Timeline {
  slots = [];
  stats;
  /** Jobs under way, in the order they began. `stats()` counts a worker's calls but does not name them. */
  #jobs = [];
  #pool;

  constructor(size) {
    this.slots = Array.from({ length: size }, newSlot);
  }

  watch(pool) {
    this.#pool = pool;
    pool.addEventListener("workerstop", ({ detail }) => this.#stopped(detail));
  }

  /** Names what the workers do until the promise settles. */
  async track(label, promise) {
    const job = { label };
    this.#jobs.push(job);
    try {
      return await promise;
    } finally {
      this.#jobs.splice(this.#jobs.indexOf(job), 1);
    }
  }

  sample(now) {
    if (!this.#pool) return;
    this.stats = this.#pool.stats();
    const seen = new Set();
    for (const worker of this.stats.workers) {
      const slot = (this.slots[worker.slot] ??= newSlot());
      seen.add(slot);
      this.#sampleWorker(slot, worker, now);
    }
    for (const slot of this.slots) if (!seen.has(slot)) this.#ended(slot, now);
    for (const slot of this.slots) forget(slot, now - KEPT);
  }

  #sampleWorker(slot, worker, now) {
    if (slot.worker !== worker.id) {
      this.#ended(slot, now);
      Object.assign(slot, { worker: worker.id, calls: worker.calls });
      slot.lives.push({ from: now - worker.uptime, to: undefined, killed: false });
    }
    slot.state = worker.state;
    if (worker.calls > slot.calls) slot.ticks.push(now);
    slot.calls = worker.calls;
    const open = slot.spans.at(-1)?.to === undefined ? slot.spans.at(-1) : undefined;
    if (worker.running > 0) {
      const label = this.#labelFor(slot, open);
      if (!open || open.label !== label) {
        if (open) open.to = now;
        slot.spans.push({ from: now, to: undefined, label });
      }
      slot.label = label;
    } else if (open) {
      open.to = now;
      slot.label = "";
    }
    slot.running = worker.running;
  }

  /** A span keeps its label while that job is under way; a new one takes that of the job with the fewest workers. */
  #labelFor(slot, open) {
    if (open && this.#jobs.some(({ label }) => label === open.label)) return open.label;
    const workers = (label) => this.slots.filter((other) => other !== slot && other.label === label).length;
    const [first] = this.#jobs.toSorted((a, b) => workers(a.label) - workers(b.label));
    return first?.label ?? open?.label ?? "";
  }

  #stopped({ slot: index }) {
    const slot = this.slots[index];
    if (slot) this.#ended(slot, performance.now());
  }

  /** A worker that ends while it holds a call did not end of itself. */
  #ended(slot, now) {
    const life = slot.lives.at(-1);
    if (life && life.to === undefined) Object.assign(life, { to: now, killed: slot.running > 0 });
    const span = slot.spans.at(-1);
    if (span && span.to === undefined) span.to = now;
    Object.assign(slot, { state: "none", worker: undefined, calls: 0, running: 0, label: "" });
  }
}

function forget(slot, before) {
  const old = ({ to }) => to !== undefined && to < before;
  while (slot.lives.length && old(slot.lives[0])) slot.lives.shift();
  while (slot.spans.length && old(slot.spans[0])) slot.spans.shift();
  while (slot.ticks.length && slot.ticks[0] < before) slot.ticks.shift();
}
