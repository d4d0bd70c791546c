import { readFile } from "node:fs/promises";

/** MIME types that decide about anything. */
const TYPES = new Map([
  ["js", "text/javascript"],
  ["mjs", "text/javascript"],
  ["cjs", "text/javascript"],
  ["json", "application/json"],
  ["wasm", "application/wasm"],
]);

/** The response of a file; nothing where the address is not that of one. Rejects with the system's own words. */
export function fetchFile(input: unknown): Promise<Response> | undefined {
  if (!(typeof input === "string" || input instanceof URL) || !URL.canParse(input)) return undefined;
  const url = new URL(input);
  return url.protocol === "file:" ? respond(url) : undefined;
}

async function respond(url: URL): Promise<Response> {
  const bytes = await readFile(url);
  const type = TYPES.get(url.pathname.slice(url.pathname.lastIndexOf(".") + 1)) ?? "application/octet-stream";
  return new Response(bytes, { headers: { "content-type": type } });
}
