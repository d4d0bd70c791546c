/** What a module of functions may look like. */
export const VERSION = 1;

export function resize(image: ArrayBuffer, width: number): ArrayBuffer {
  return image.slice(0, width);
}

export function* steps(): Generator<number, void> {
  yield VERSION;
}
