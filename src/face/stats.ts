import type { Percentiles, Stats, WorkerStats } from "../centaurus.js";

type Counted = Omit<Stats, "name" | "size">;

const STATES: WorkerStats["state"][] = ["starting", "idle", "running"];

/** The scheduler's numbers, which come in a row (src/stats.rs), by name. */
export function counted(row: ArrayLike<number>): Counted {
  let at = 0;
  const next = () => row[at++] as number;
  const percentiles = (): Percentiles => ({
    count: next(), mean: next(), p50: next(), p90: next(), p99: next(), max: next(),
  });
  const queued = next();
  const running = next();
  const calls = {
    submitted: next(), returned: next(), threw: next(), aborted: next(), timedOut: next(), crashed: next(),
    loadFailed: next(), retried: next(), moved: next(),
  };
  const spawned = next();
  const crashes = next();
  const queue = percentiles();
  const run = percentiles();
  const transfer = percentiles();
  const workers: WorkerStats[] = [];
  while (at < row.length) {
    workers.push({
      id: next(), slot: next(), state: STATES[next()] ?? "idle", calls: next(), running: next(), uptime: next(),
    });
  }
  return { queued, running, workers, calls, queue, run, transfer, spawned, crashes };
}

/** Numbers in a row before there is any worker. */
const EMPTY = 13 + 3 * 6;

/** What there is to count before the proxy is loaded: calls that wait for it. */
export function emptyStats(queued: number): Counted {
  const row = new Float64Array(EMPTY);
  row[0] = row[2] = queued;
  return counted(row);
}
