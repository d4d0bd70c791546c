// How long the page stands still.

/** A wait that no frame of a visible page exceeds by much, in ms. */
const SETTLING = 40;

/** Does something and gives the longest time between two animation frames, in ms. It takes nothing of the page's time. */
export async function frames(work) {
  let gap = 0;
  let watching = true;
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  let frame = performance.now();
  const onFrame = () => {
    const now = performance.now();
    gap = Math.max(gap, now - frame);
    frame = now;
    if (watching) requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  try {
    await work();
    await new Promise((resolve) => setTimeout(resolve, SETTLING));
  } finally {
    watching = false;
  }
  return gap;
}

/**
 * Does something and gives, in ms: `blocked`, the longest time in which the page could do nothing else; `gap`, the
 * longest between two animation frames; `long`, all that the browser itself calls long tasks (50 ms and more). To know it
 * finer than by frames, the page is kept busy: whatever gives it many tasks of its own is slowed.
 */
export async function watch(work) {
  let blocked = 0;
  let watching = true;

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

  if (known) observer.observe({ type: 'longtask' });
  let gap;
  try {
    gap = await frames(() => {
      turn = performance.now();
      channel.port2.postMessage(0);
      return work();
    });
  } finally {
    watching = false;
    observer.disconnect();
    channel.port1.close();
  }
  return { blocked, gap, long: known ? long : NaN };
}
