import { culprit, isUncloneable } from "../../worker/runtime/culprit.js";
import type { EncodedFailure } from "../../worker/runtime/failure.js";
import { frames, kinds, rebuild, setStack, title } from "../../worker/runtime/rebuild.js";

function named<N extends string>(name: N) {
  const made = class extends Error {
    override get name(): N {
      return name;
    }
  };
  // The class's own name would not survive minification.
  Object.defineProperty(made, "name", { value: name });
  kinds.set(name, made);
  return made;
}

export const WorkerLoadError = named("WorkerLoadError");
export const WorkerCrashError = named("WorkerCrashError");
export const QueueFullError = named("QueueFullError");
export const TerminatedError = named("TerminatedError");
export class UnknownFunctionError extends named("UnknownFunctionError") {
  constructor(called: string, readonly nearest: string[]) {
    super(
      `No function '${called}' is registered.${nearest.length > 0 ? ` Did you mean ${nearest.map((one) => `'${one}'`).join(" or ")}?` : ""}`,
    );
  }
}
Object.defineProperty(UnknownFunctionError, "name", { value: "UnknownFunctionError" });

// Those of the services: of codecs, storage and sockets.
export const [
  LimitError, TruncatedError, CorruptError, ChecksumError, TrailingDataError, DictionaryError, UnsupportedValueError,
  MissingFieldError, UnknownTypeError, ProtoSyntaxError, OutOfMemoryError, StorageError, StorageFullError,
  StorageCorruptError, ConflictError, NotFoundError, HistoryError, SocketClosedError, OutboxFullError,
  MessageDroppedError, MessageExpiredError,
] = [
  "LimitError", "TruncatedError", "CorruptError", "ChecksumError", "TrailingDataError", "DictionaryError", "UnsupportedValueError",
  "MissingFieldError", "UnknownTypeError", "ProtoSyntaxError", "OutOfMemoryError", "StorageError", "StorageFullError",
  "StorageCorruptError", "ConflictError", "NotFoundError", "HistoryError", "SocketClosedError", "OutboxFullError",
  "MessageDroppedError", "MessageExpiredError",
].map(named) as [Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind, Kind];
type Kind = ReturnType<typeof named>;

/** Makes the error that the runtime itself ends a call with. `context` is an `Error` whose message is the function's
 *  name and whose stack is the caller's. */
export function failure(kind: string, context?: unknown, args?: unknown, said?: unknown): Error {
  const called = context instanceof Error ? `'${context.message}'` : "the pool";
  const cause = decodeCause(said);
  const why = reason(cause);
  const options = cause === undefined ? undefined : { cause };
  const make = (): Error => {
    switch (kind) {
      case "WorkerLoadError":
        return new WorkerLoadError(`The worker could not be started${why || ": it said nothing; does its script call expose()?"}`, options);
      case "WorkerCrashError":
        return new WorkerCrashError(`The worker died while it ran ${called}${why || "."}`, options);
      case "QueueFullError":
        return new QueueFullError(`${called} was refused: as many calls wait as queueLimit allows`);
      case "TerminatedError":
        return new TerminatedError(`The pool was ended, so ${called} cannot run`);
      case "TimeoutError":
        return new DOMException(`${called} did not end within its timeout`, "TimeoutError");
      default:
        return new DOMException(`${blamed(args, transfers.get(context as Error) ?? [])} of ${called} cannot be cloned${why}`, kind);
    }
  };
  const error = make();
  if (context instanceof Error) setStack(error, `${title(error)}\n${frames(context)}`);
  return error;
}

/** What the transfer list of a call holds, by the call's context. Moved values are no reason for a failure to clone. */
export const transfers = new WeakMap<object, readonly unknown[]>();

/** Which argument cannot be cloned, and where in it. */
function blamed(args: unknown, moved: readonly unknown[]): string {
  const index = Array.isArray(args) ? args.findIndex((argument) => isUncloneable(argument, moved)) : -1;
  if (index < 0) return moved.length > 0 ? "What is to be transferred" : "An argument";
  const path = culprit((args as unknown[])[index], moved);
  return `Argument ${index + 1}${path ? ` (at ${path})` : ""}`;
}

/** An error that ends several calls, for one of them: with its name and its caller's stack. */
export function forCall(error: unknown, context: Error): unknown {
  if (error instanceof TerminatedError) return failure("TerminatedError", context, undefined);
  if (!(error instanceof WorkerLoadError)) return error;
  const made = new WorkerLoadError(`'${context.message}' cannot run${reason(error)}`, { cause: error });
  setStack(made, `${title(made)}\n${frames(context)}`);
  return made;
}

/** What a getter threw while it was cloned can be anything, which may not even become text. */
function reason(cause: unknown): string {
  if (cause === undefined) return "";
  try {
    return `: ${cause instanceof Error ? cause.message : String(cause)}`;
  } catch {
    return "";
  }
}

/** What a worker or the engine said: an error taken apart, an error, or text. */
function decodeCause(said: unknown): unknown {
  return isEncoded(said) ? rebuild(said) : said;
}

function isEncoded(value: unknown): value is EncodedFailure {
  if (typeof value !== "object" || value === null || value instanceof Error) return false;
  return "value" in value || "uncloneable" in value || typeof (value as { error?: { base?: unknown } }).error?.base === "string";
}

/** Puts what a worker threw together again, with both stacks. */
export function decode(thrown: unknown, context: unknown): unknown {
  return isEncoded(thrown) ? rebuild(thrown, context) : thrown;
}
