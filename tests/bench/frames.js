// How long the page stands still.

/** A wait that no frame of a visible page exceeds by much, in ms. */
const SETTLING = 40;

/**
 * Does something and gives, in ms: `blocked`, the longest time in which the page could do nothing else; `gap`, the
 * longest between two animation frames; `long`, all that the browser itself calls long tasks (50 ms and more).
 */
export async function watch(work) {
  let gap = 0;
  let blocked = 0;
  let watching = true;

  let frame = performance.now();
  const onFrame = () => {
    const now = performance.now();
    gap = Math.max(gap, now - frame);
    frame = now;
    if (watching) requestAnimationFrame(onFrame);
  };

  // A message to oneself comes as soon as the page is free: much finer than frames.
  const channel = new MessageChannel();
  let turn;
  channel.port1.onmessage = () => {
    const now = performance.now();
    blocked = Math.max(blocked, now - turn);
    turn = now;
    if (watching) channel.port2.postMessage(0);
  };

  let long = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long += duration;
  });
  const known = PerformanceObserver.supportedEntryTypes.includes('longtask');

  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  if (known) observer.observe({ type: 'longtask' });
  frame = turn = performance.now();
  requestAnimationFrame(onFrame);
  channel.port2.postMessage(0);
  try {
    await work();
    await new Promise((resolve) => setTimeout(resolve, SETTLING));
  } finally {
    watching = false;
    observer.disconnect();
    channel.port1.close();
  }
  return { blocked, gap, long: known ? long : NaN };
}
