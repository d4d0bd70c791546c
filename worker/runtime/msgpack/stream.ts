import { bytesOf, type Bytes, chunksOf } from "../input.js";
import { moveMade, type Task } from "../task.js";
import { decode } from "./decode.js";
import { encode } from "./encode.js";
import type { Settings } from "./options.js";
import { Splitter } from "./splitter.js";

/** Most values that travel as one output: the reader cannot stop the writer in between. */
const TOGETHER = 1024;

/** The message of each value that comes through the port, in an array of its own. Gives nothing once it is set up. */
export async function* encoded(task: Task, port: MessagePort, settings: Settings): AsyncGenerator<Uint8Array | undefined, void> {
  yield undefined;
  for await (const [value] of chunksOf<[unknown]>(port, task.signal)) {
    const message = encode(value, settings);
    yield moveMade(message);
  }
}

/** The values of the messages that come through the port, several at a time. Gives nothing once it is set up. */
export async function* decoded(task: Task, port: MessagePort, settings: Settings): AsyncGenerator<unknown[] | undefined, void> {
  yield undefined;
  const splitter = new Splitter(settings.maxInput);
  for await (const chunk of chunksOf<Bytes>(port, task.signal)) {
    let values: unknown[] = [];
    let fault: { error: unknown } | undefined;
    try {
      for (const message of splitter.push(await bytesOf(chunk))) {
        values.push(decode(message, settings));
        if (values.length < TOGETHER) continue;
        yield values;
        values = [];
      }
    } catch (error) {
      fault = { error };
    }
    // What came before a damaged message is given, too.
    if (values.length > 0) yield values;
    if (fault) throw fault.error;
  }
  splitter.end();
}
