import { type CarriedError, carriedErrors } from "../../worker/runtime/failure.js";
import { replaces } from "./copied.js";
import { failure } from "./errors.js";

/** What a call sends. */
export interface Sent {
  args: unknown[];
  transfer?: Transferable[] | undefined;
  /** The errors within the arguments. */
  errors?: CarriedError[] | undefined;
  /** The arguments have been posted or cloned: nothing that happens to them on the page matters any more. */
  fixed?: boolean;
  /** Made by the call: its message is the function's name, its stack the caller's. */
  context: Error;
}

/** Whether the arguments may change before they are sent, or have to be moved now. */
export function isMutable({ args, transfer, fixed }: Sent): boolean {
  return !fixed && (!!transfer || args.some((argument) => typeof argument === "object" && argument !== null));
}

/** Replaces the arguments by clones, and moves what is to be moved. Throws a `DataCloneError`. */
export function snapshot(sent: Sent): void {
  const { args, transfer, context } = sent;
  try {
    const cloned = structuredClone({ args, transfer, errors: carriedErrors(args), fixed: true }, { transfer: transfer ?? [] });
    replaces(cloned.args, args);
    Object.assign(sent, cloned);
  } catch (error) {
    throw failure("DataCloneError", context, args, error);
  }
}
