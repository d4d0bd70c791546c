import type { Percentiles, Stats } from "../centaurus.js";

/** What there is to count before the proxy is loaded: calls that wait for it. */
export function emptyStats(queued: number): Omit<Stats, "name" | "size"> {
  const none = (): Percentiles => ({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 });
  const calls = {
    submitted: queued, returned: 0, threw: 0, aborted: 0, timedOut: 0, crashed: 0, loadFailed: 0, retried: 0, moved: 0,
  };
  return { queued, running: 0, workers: [], calls, queue: none(), run: none(), transfer: none(), spawned: 0, crashes: 0 };
}
