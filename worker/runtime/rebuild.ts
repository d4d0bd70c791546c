import { type CarriedError, type EncodedError, type EncodedFailure, errorsIn } from "./failure.js";

/** Errors that are made already, so that one that is reached twice is one again. */
type Made = Map<EncodedError, Error>;

/** Puts together what `encodeError` took apart. `context`, the call's error, adds the caller's stack. */
export function rebuild(encoded: EncodedFailure, context?: unknown, made: Made = new Map()): unknown {
  if ("error" in encoded) return made.get(encoded.error) ?? complete(instance(encoded.error), encoded.error, context, made);
  if ("list" in encoded) return encoded.list.map((one) => rebuild(one, undefined, made));
  if ("value" in encoded) {
    restore(encoded.errors, encoded.value, made);
    return encoded.value;
  }
  const called = context instanceof Error ? ` of '${context.message}'` : "";
  const error = new DOMException(`${encoded.uncloneable}${called} cannot be cloned: ${encoded.why}`, "DataCloneError");
  if (context instanceof Error) setStack(error, `${title(error)}\n${frames(context)}`);
  return error;
}

/** Makes of errors that came within a value what they were: structured clone has kept their places, and a part of them.
 *  In WebKit it makes two of an error that is in two places, which are told by what they have in common. */
export function restore(errors: readonly CarriedError[] = [], value: unknown, made: Made = new Map()): void {
  const alike = (error: Error) => errors.find(([one]) => one === error) ?? errors.find(([one]) => one.message === error.message && one.stack === error.stack);
  const found = errorsIn(errors.length > 0 && value).map((error) => [error, alike(error)?.[1]] as const);
  for (const [error, details] of found) {
    if (!details) continue;
    Object.setPrototypeOf(error, classOf(details).prototype as object);
    complete(error, details, undefined, made);
  }
}

/** Gives an error all that its class does not. */
function complete(error: Error, details: EncodedError, context: unknown, made: Made): Error {
  made.set(details, error);
  const define = (key: string, value: unknown, enumerable = false) =>
    Object.defineProperty(error, key, { value, enumerable, writable: true, configurable: true });
  if (error.name !== details.name) define("name", details.name);
  if (error.message !== details.message) define("message", details.message);
  for (const [key, value, enumerable] of details.properties ?? []) define(key, rebuild(value, undefined, made), enumerable);
  const there = details.stack || `${title(error)}\n    at the worker (its engine gives no stack)`;
  setStack(error, context instanceof Error ? `${there}\n    at the call from the page\n${frames(context)}` : there);
  return error;
}

/** The second parameter is a `DOMException`'s. */
type ErrorClass = new (message: string, name?: string) => Error;

/** Classes made in the image of those on the other side, by name and base. */
const images = new Map<string, ErrorClass>();
/** More than any program has; only a program that makes class names up meets it, and then gets the base class. */
const IMAGES = 1000;

/** The runtime's own classes, by the names under which workers' errors come, which are plain ones there. */
export const kinds = new Map<string, ErrorClass>();

function instance(details: EncodedError): Error {
  return new (classOf(details))(details.message, details.base === "DOMException" ? details.name : undefined);
}

function classOf({ base, class: own, name }: EncodedError): ErrorClass {
  const known = (own === "Error" && kinds.get(name)) || builtIn(base);
  const key = `${base}:${own}`;
  let image = own === base ? known : images.get(key);
  if (!image && images.size < IMAGES) {
    image = class extends known {};
    Object.defineProperty(image, "name", { value: own });
    images.set(key, image);
  }
  return image ?? known;
}

/** `AggregateError` takes its members first; they are put in afterwards. */
class Aggregate extends AggregateError {
  constructor(message: string) {
    super([], message);
  }
}
Object.defineProperty(Aggregate.prototype, "constructor", { value: AggregateError });

function builtIn(name: string): ErrorClass {
  if (name === "AggregateError") return Aggregate;
  const place = name === "CompileError" || name === "LinkError" || name === "RuntimeError" ? WebAssembly : globalThis;
  return (place as unknown as Record<string, ErrorClass>)[name] ?? Error;
}

export function title(error: Error): string {
  return error.message ? `${error.name}: ${error.message}` : error.name;
}

/** The lines of a stack below its title; engines that write none have only lines of frames. */
export function frames(context: Error): string {
  const stack = context.stack ?? "";
  const head = title(context);
  return stack.startsWith(head) ? stack.slice(head.length + 1) : stack;
}

export function setStack(error: Error, stack: string): void {
  Object.defineProperty(error, "stack", { value: stack, writable: true, configurable: true });
}
