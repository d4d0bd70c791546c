/** Numbers as people read them. */

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** 135233 → "135,233" */
export const count = (number) => whole.format(number);

/** 1 → "1 batch", 2 → "2 batches" */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

/** Milliseconds: "16 ms", "1.24 s", on one line. */
export function time(ms) {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 10) return `${ms.toFixed(1)}\u00a0ms`;
  return ms < 1000 ? `${Math.round(ms)}\u00a0ms` : `${short.format(ms / 1000)}\u00a0s`;
}

/** Bytes, in the decimal units that file managers use: "25.7 MB" */
export function bytes(number) {
  if (number < 1000) return `${number} B`;
  if (number < 1e6) return `${short.format(number / 1e3)} kB`;
  return number < 1e9 ? `${short.format(number / 1e6)} MB` : `${short.format(number / 1e9)} GB`;
}

/** 0.1448 → "14.5 %" */
export const percent = (fraction) => `${short.format(fraction * 100)} %`;

/** What went wrong, in one line. */
export const explain = (error) =>
  error instanceof Error || error instanceof DOMException ? `${error.name}: ${error.message}` : String(error);
