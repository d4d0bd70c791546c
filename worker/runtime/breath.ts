/** Work that goes on for longer than this, in ms, lets messages in: aborts and credit wait no longer than a frame. */
export const BREATH = 8;

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Resolves after the messages that wait have been handled. A message to oneself, because nested timers are clamped to
 *  4 ms (HTML, timer initialisation steps). */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
}
