/** What the page needs of the DOM beyond its own methods. */

/** An element with properties and children: `element("p", { className: "note" }, "text")`. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** The one element that the selector names. Its absence is a mistake in the page, not a state of it. */
export function find(selector, root = document) {
  const found = root.querySelector(selector);
  if (!found) throw new Error(`The page has no ${selector}`);
  return found;
}

/** Writes text only where it differs: a live region speaks at every write. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** The time of the next frame. */
export const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** After what was changed has been painted: the frame after the next begins when the next is on the screen. */
export async function painted() {
  await nextFrame();
  await nextFrame();
}

/** A hidden page gets no frames; work that waits for one goes on after this many milliseconds all the same. */
const WITHOUT_FRAMES = 100;

/** Lets the browser draw and answer keys. A `scheduler.yield()` would come back before the next frame. */
export const breathe = () =>
  Promise.race([nextFrame(), new Promise((resolve) => setTimeout(resolve, WITHOUT_FRAMES))]);

/** Fits a canvas's pixels to its size on the screen. Gives its context and size, both in CSS pixels. */
export function fit(canvas) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  const pixels = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
  // Setting a size clears the canvas even if it is the same.
  if (canvas.width !== pixels.width || canvas.height !== pixels.height) Object.assign(canvas, pixels);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { context, width, height };
}

/** What a canvas takes for a colour that is the system's, which it might not know by name. */
let probe;

/** A colour of the current theme. */
export function colour(name) {
  probe ??= element("i", { hidden: true });
  probe.style.cssText = `forced-color-adjust: none; color: var(--${name})`;
  if (!probe.isConnected) document.body.append(probe);
  return getComputedStyle(probe).color;
}
