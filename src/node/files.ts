import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** MIME types that decide about anything. */
const TYPES = new Map([
  ["js", "text/javascript"],
  ["mjs", "text/javascript"],
  ["cjs", "text/javascript"],
  ["json", "application/json"],
  ["wasm", "application/wasm"],
]);

/** The path of a file; nothing where the address is not that of one. */
export function pathOf(input: unknown): string | undefined {
  const address = String(input);
  // As text: other classes than the platform's may stand for URLs.
  return address.startsWith("file:") ? fileURLToPath(address) : undefined;
}

/** The response of a file; nothing where the address is not that of one. Rejects with the system's own words. */
export function fetchFile(input: unknown): Promise<Response> | undefined {
  const path = pathOf(input);
  return path === undefined ? undefined : respond(path);
}

async function respond(path: string): Promise<Response> {
  return new Response(await readFile(path), { headers: { "content-type": typeOf(path) } });
}

export function typeOf(path: string): string {
  return TYPES.get(path.slice(path.lastIndexOf(".") + 1)) ?? "application/octet-stream";
}
