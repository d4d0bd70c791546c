import * as glue from "centaurus-digest-glue";
import { breathe } from "./breath.js";
import { bytesOf, type Bytes, lengthOf, progress } from "./input.js";
import { Task } from "./task.js";

/** Bytes of a part, a power of two: a millisecond of work, beside which the messages for it cost little. */
const PART = 1 << 20;
/** Parts that a worker has in hand: one to work on, and one that is being read or is on its way. */
const AHEAD = 2;
/** Time that a helper works for us, in ms, before its worker is free for others: the next one asks in turn with them. */
const TURN = 50;
/** Helpers that say nothing for so long, in ms, are not waited for: their workers may be dead. */
const PATIENCE = 500;

type Secret = { secret?: BufferSource | undefined };
type Work = [number: number, data: Bytes, options: Secret];
/** Whether the helper wants another part, and what it has made of the last. */
type Answer = [more: boolean, number?: number, value?: Uint8Array];

/**
 * What the parts of a BLAKE3 tree give. They are computed here and in whatever workers of the pool have nothing better
 * to do. A helper is a call like any other, asked for through the page, at a lower priority than ours; nothing depends
 * on one, since what none has done in time is done here. The page ends them when our call ends, however it ends.
 */
export async function parts(task: Task, data: Bytes, options: Secret, helpers: number): Promise<Uint8Array[]> {
  const { signal } = task;
  const total = lengthOf(data) as number;
  const count = Math.ceil(total / PART);
  const values = new Array<Uint8Array | undefined>(count).fill(undefined);
  const ports = new Set<MessagePort>();
  let next = 0;
  let done = 0;
  let wake = () => {};

  const finish = (number: number, value: Uint8Array) => {
    if (!values[number]) progress(task, Math.min(++done * PART, total), total);
    values[number] = value;
  };
  const cut = (number: number): Bytes => {
    const [from, to] = [number * PART, (number + 1) * PART];
    return data instanceof Blob ? data.slice(from, to) : (bytesOf(data) as Uint8Array).subarray(from, to);
  };
  const ask = () => {
    const { port1: port, port2 } = new MessageChannel();
    let hands = AHEAD;
    ports.add(port);
    port.onmessage = (event: MessageEvent<Answer>) => {
      const [more, number, value] = event.data;
      if (value) finish(number as number, value);
      wake();
      if (!more) {
        hands -= 1;
        if (hands === 0 && next < count) ask();
      } else if (next < count) {
        const work = next++;
        const part = cut(work);
        const copy = part instanceof Blob ? part : (part as Uint8Array).slice();
        port.postMessage([work, copy, options] satisfies Work, copy instanceof Blob ? [] : [copy.buffer as ArrayBuffer]);
      }
    };
    Task.ask(task, port2, [port2]);
  };
  const compute = async (number: number) => {
    finish(number, await valueOf([number, cut(number), options]));
    // Lets in what the helpers say, and the page.
    await breathe();
    signal.throwIfAborted();
  };
  const work = async () => {
    while (next < count) await compute(next++);
  };

  try {
    for (let i = 0; i < Math.min(helpers, count - 1); i += 1) ask();
    await Promise.all(Array.from({ length: AHEAD }, work));
    for (let before = -1; done < count && done > before; ) {
      before = done;
      const timer = setTimeout(() => wake(), PATIENCE);
      await new Promise<void>((resolve) => (wake = resolve));
      clearTimeout(timer);
      signal.throwIfAborted();
    }
    for (let number = 0; number < count; number += 1) if (!values[number]) await compute(number);
    return values as Uint8Array[];
  } finally {
    next = count;
    for (const port of ports) port.close();
  }
}

/** Computes parts that come through a port, until its turn is over or the page ends the call. */
export async function help(task: Task, port: MessagePort): Promise<void> {
  const until = performance.now() + TURN;
  let hands = AHEAD;
  await new Promise<void>((resolve) => {
    const answer = (...made: [number, Uint8Array] | []) => {
      const more = performance.now() < until;
      port.postMessage([more, ...made] satisfies Answer);
      if (!more) hands -= 1;
      if (hands === 0) resolve();
    };
    task.signal.addEventListener("abort", () => resolve());
    // Of what cannot be read, the one who asked will learn by himself.
    port.onmessage = ({ data }) => void valueOf(data as Work).then((value) => answer((data as Work)[0], value), () => answer());
    for (let i = 0; i < AHEAD; i += 1) answer();
  });
  port.close();
}

async function valueOf([number, data, options]: Work): Promise<Uint8Array> {
  const bytes = await bytesOf(data);
  const part = new glue.DigestPart(options, number * PART, PART);
  part.update(bytes);
  return part.finish();
}
