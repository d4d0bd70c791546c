/** What a call allows, and what it asks for that concerns single messages. */
export interface Terms {
  maxInput: number;
  maxDepth: number;
  maxAllocation: number;
  /** Required fields may be missing. */
  partial: boolean;
  /** What the schema has not is wanted, which is for the wasm; so are keys of maps that are no strings. */
  keepUnknown: boolean;
  typedKeys: boolean;
}

/**
 * Thrown where anything is out of the ordinary, whatever it is: the wasm goes through all of it then, and says what is wrong
 * if something is. So there is one place that knows errors. It is none itself: nobody reads its stack.
 */
export const GIVE_UP = Symbol();
