// A script of its own, loaded when a file of the package could not be: finds out why. Events and errors of the platform say
// little, so it tries again what failed, and watches.

/** Milliseconds after a failure in which the report of a policy that caused it comes. */
const REPORTED = 100;
/** Milliseconds that a worker is given to show what keeps it from starting. */
const TRIAL = 600;
/** The smallest module: magic and version. */
const EMPTY = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);

/** What the page's script says where the engine said nothing. */
const SILENT = "it did not start";

/** What governs a fetch where a policy does not have its directive (CSP 3, section 6.8.3). */
const FALLBACKS: Record<string, string[]> = {
  "worker-src": ["child-src", "script-src", "default-src"],
  "script-src-elem": ["script-src", "default-src"],
  "script-src": ["default-src"],
  "connect-src": ["default-src"],
};

/** What is looked at of a `SecurityPolicyViolationEvent`. */
type Breach = Pick<SecurityPolicyViolationEvent, "effectiveDirective" | "originalPolicy" | "blockedURI" | "disposition">;

/** Why a file failed, given what was said of it; nothing if it cannot be found out. `fetch` is the page's. */
export async function diagnose(url: string, said: unknown, fetch: typeof globalThis.fetch, worker?: boolean): Promise<string | undefined> {
  return worker ? workerFailed(url, said, fetch) : fileFailed(url, said, fetch);
}

async function workerFailed(given: string, said: unknown, fetch: typeof globalThis.fetch): Promise<string | undefined> {
  const text = said instanceof Error ? said.message : String(said);
  if (/TrustedScriptURL/.test(text)) return trustedTypes();
  // What Trusted Types made need not be whole.
  const url = new URL(given, globalThis.document?.baseURI ?? globalThis.location?.href).href;
  const own = new URL(url).origin === globalThis.origin || !/^http/.test(url);
  const [response, breach] = await watch(() => fetch(url));
  if (response) {
    void response.body?.cancel();
    const http = /^http/.test(url);
    if (!response.ok) return `it answered HTTP ${response.status}`;
    const type = response.headers.get("content-type") ?? "";
    if (http && !/\b(java|ecma)script\b/i.test(type)) return `it was served as '${type}', not as JavaScript`;
    if (http && own && globalThis.crossOriginIsolated && !response.headers.get("cross-origin-embedder-policy")) {
      return "the page is cross-origin isolated, so the worker's file must be served with the header Cross-Origin-Embedder-Policy: require-corp, as the page is";
    }
  } else if (own && !breach) {
    return `it could not be fetched: ${await reason(() => fetch(url))}`;
  }
  // The script ran, and threw.
  if (own && typeof said === "string" && said !== SILENT) return said;
  const found = typeof Worker === "function" ? await trial(url, own) : undefined;
  if (found) return policy(found, own ? url : undefined);
  if (!own && globalThis.crossOriginIsolated && !(await answers(url, fetch))) return corp(response);
  if (!response && !own && !(await answers(url, fetch))) return `it could not be fetched: ${await reason(() => fetch(url))}`;
  if (!own && /NetworkError/.test(text)) return `${text.trim()} The file is there, so a Content Security Policy may forbid it: script-src must allow ${new URL(url).origin}`;
  if (text !== SILENT) return text;
  return "it did not start, though the file is there and no Content Security Policy was seen to forbid it; if the page is served with Cross-Origin-Embedder-Policy, the file must be too";
}

async function fileFailed(url: string, said: unknown, fetch: typeof globalThis.fetch): Promise<string | undefined> {
  // Engines refuse to compile it, or to make an instance.
  const [made] = await watch(() => WebAssembly.instantiate(EMPTY));
  if (!made) return "a Content Security Policy forbids WebAssembly: its script-src must have 'wasm-unsafe-eval'";
  if (!(said instanceof TypeError) || !/^http/.test(url)) return undefined;
  const [response, breach] = await watch(() => fetch(url));
  if (breach) return policy(breach, url);
  void response?.body?.cancel();
  if (response || new URL(url).origin === globalThis.origin) return undefined;
  if (await answers(url, fetch)) return "its server does not let this page read it: it must send the header Access-Control-Allow-Origin";
  return globalThis.crossOriginIsolated ? `${said.message}; or its server must send the header Cross-Origin-Resource-Policy: cross-origin, since the page is cross-origin isolated` : undefined;
}

function trustedTypes(): string {
  return "the page's Trusted Types let no text be the address of a worker: give the option `worker` a TrustedScriptURL, which a policy of yours makes of the address of centaurus.worker.js, or make a policy named 'default'";
}

function corp(response: Response | undefined): string {
  return `the page is cross-origin isolated, so a worker's file of another origin must be served with Cross-Origin-Resource-Policy: cross-origin${response ? "" : ", if it is there"}`;
}

/** What a policy forbade, by which directive, and what that must allow. */
function policy({ effectiveDirective, originalPolicy, blockedURI }: Breach, url: string | undefined): string {
  if (/^require-trusted-types/.test(effectiveDirective)) return trustedTypes();
  const directives = originalPolicy.split(";").map((one) => one.trim());
  const named = (name: string) => directives.find((one) => one.split(/\s/)[0]?.toLowerCase() === name);
  const governing = [effectiveDirective, ...(FALLBACKS[effectiveDirective] ?? [])].find(named);
  const rule = governing ? `its "${named(governing) as string}"` : effectiveDirective;
  const wanted = /^blob/.test(blockedURI)
    ? "blob:, by which a worker of another origin is started; served from the page's own origin it needs none"
    : new URL(url ?? blockedURI).origin === globalThis.origin ? "'self'" : new URL(url ?? blockedURI).origin;
  const directive = effectiveDirective === "script-src-elem" ? "script-src" : effectiveDirective;
  return `a Content Security Policy forbids it: ${rule} does not allow it, and ${directive} must allow ${wanted}`;
}

/** Does something again. What came of it, and the breach of a policy that kept it from being done. */
async function watch<T>(attempt: () => Promise<T>): Promise<[result: T | undefined, breach: Breach | undefined]> {
  let seen: (breach: Breach) => void;
  const breach = new Promise<Breach>((resolve) => (seen = resolve));
  const listen = (event: Event) => {
    if ((event as SecurityPolicyViolationEvent).disposition !== "report") seen(event as SecurityPolicyViolationEvent);
  };
  globalThis.addEventListener?.("securitypolicyviolation", listen);
  try {
    return [await attempt(), undefined];
  } catch {
    return [undefined, await Promise.race([breach, pause(REPORTED)])];
  } finally {
    globalThis.removeEventListener?.("securitypolicyviolation", listen);
  }
}

/** Starts the worker once more, as the pool does, with a listener inside that reports policies there. The breach that
 *  kept it from starting, if that did. */
async function trial(url: string, own: boolean): Promise<Breach | undefined> {
  const inside = `addEventListener("securitypolicyviolation",({effectiveDirective,originalPolicy,blockedURI,disposition})=>postMessage({effectiveDirective,originalPolicy,blockedURI,disposition}));
try{importScripts(${JSON.stringify(url)})}catch(error){setTimeout(()=>{throw error},${REPORTED})}`;
  const file = own ? url : URL.createObjectURL(new Blob([inside], { type: "text/javascript" }));
  let worker: Worker | undefined;
  let told: Breach | undefined;
  const [, breach] = await watch(() => new Promise<void>((resolve, reject) => {
    worker = new Worker(file);
    setTimeout(resolve, TRIAL);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.onmessage = ({ data }: MessageEvent<Breach | unknown[]>) => {
      if (Array.isArray(data)) return resolve();
      told = data;
      reject(new Error("forbidden"));
    };
  }));
  worker?.terminate();
  if (!own) URL.revokeObjectURL(file);
  return told ?? breach;
}

/** Whether somebody answers, whatever it is. */
async function answers(url: string, fetch: typeof globalThis.fetch): Promise<boolean> {
  return fetch(url, { mode: "no-cors" }).then(() => true, () => false);
}

async function reason(attempt: () => Promise<unknown>): Promise<string> {
  return attempt().then(() => "the network failed", (error: unknown) => (error instanceof Error ? error.message : String(error)));
}

function pause(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
