/** Marks the message by which a thread tells of an error that nothing in it caught: apart from the runtime's own, and
 *  from whatever scripts in the thread post. */
const MARK = "centaurus: uncaught";

type Uncaught = [mark: string, error: unknown];

/** The message that tells of an error, or of its text where it cannot be cloned. */
export function uncaught(error: unknown): Uncaught {
  try {
    return [MARK, structuredClone(error)];
  } catch {
    return [MARK, new Error(String(error))];
  }
}

export function isUncaught(message: unknown): message is Uncaught {
  return Array.isArray(message) && message[0] === MARK;
}
