/** Work that goes on for longer than this, in ms, lets messages in: aborts and credit wait no longer than a frame. */
export const BREATH = 8;

const waiting: (() => void)[] = [];
/** Opened at the first breath: under Node.js, where this is tested, a port that listens keeps its process from ending. */
let channel: MessageChannel | undefined;

/** Resolves after the messages that wait have been handled. A message to oneself, because nested timers are clamped to
 *  4 ms (HTML, timer initialisation steps). */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    channel ??= open();
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
}

function open(): MessageChannel {
  const opened = new MessageChannel();
  opened.port1.onmessage = () => waiting.shift()?.();
  return opened;
}
