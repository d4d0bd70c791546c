// The entry for Node.js, Deno and Bun: the class of the web over worker_threads. It is built with the names of
// globals.ts in the place of those that these runtimes lack.
import "./awake.js";
import "./offered.js";

export * from "../face/index.js";
export { default } from "../face/index.js";
