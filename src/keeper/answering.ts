import { type Asset, assetOf } from "./asset.js";
import type { Fields } from "./caching.js";
import type { Found } from "./library.js";
import type { Answer, Question, Ready } from "./question.js";
import { placeOf } from "./wanted.js";

type Find = (asset: Asset) => Promise<Found | undefined>;

/** All keepers of the page that run: its service worker does not know of them. */
const finders = new Set<Find>();

export function answer({ blob, meta: { fields } }: Found): Answer {
  const headers: Fields = { ...fields };
  // They were of the line, not of the content; nor does anybody ask it again whether it varies.
  delete headers.age;
  delete headers.vary;
  return { blob, headers };
}

async function heed({ data, ports: [port] }: MessageEvent<Partial<Question> | null>): Promise<void> {
  const question = data?.centaurusKeeper;
  if (!question || !port) return;
  const asset = assetOf(question.url, placeOf(document), question.crossOrigin);
  for (const find of typeof asset === "string" ? [] : finders) {
    const found = await find(asset as Asset).catch(() => undefined);
    if (!found) continue;
    port.postMessage(answer(found));
    return;
  }
  port.postMessage(null);
}

/** Answers the page's service worker with what a keeper finds, until the function that it gives is called. */
export function answerFetches(find: Find): () => void {
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (finders.size === 0) {
    container?.addEventListener("message", heed);
    container?.startMessages();
  }
  finders.add(find);
  // What it asked before anybody listened is lost.
  container?.controller?.postMessage({ centaurusKeeper: "ready" } satisfies Ready);
  return () => {
    finders.delete(find);
    if (finders.size === 0) container?.removeEventListener("message", heed);
  };
}
