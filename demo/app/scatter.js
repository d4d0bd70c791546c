/** A scatter of bytes against milliseconds as SVG, with the Pareto front as a line. */

import { count } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = { width: 640, height: 400 };
const NARROW = { width: 360, height: 360 };
const NARROW_WIDTH = 480;
const MARGIN = { left: 56, right: 18, top: 14, bottom: 44 };
const TICKS = 5;
/** A label's height, and how wide a letter is, in the picture's units. */
const LABEL = { height: 12, letter: 6.4 };

/** One shape a format, as a path around 0, 0. */
export const SHAPES = [
  "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
  "M-4.6-4.6h9.2v9.2h-9.2z",
  "M0-6L6 4.6H-6z",
  "M0-6.4L6.4 0L0 6.4L-6.4 0z",
];

function draw(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** The points that no other beats in both, from the fastest to the smallest. */
export function paretoFront(points) {
  let least = Infinity;
  return points.toSorted((a, b) => a.x - b.x || a.y - b.y).filter(({ y }) => y < least && ((least = y), true));
}

/** A round step that cuts the range into at most `TICKS` pieces. */
function stepFor(range) {
  const power = 10 ** Math.floor(Math.log10(range / TICKS));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => range / step <= TICKS);
}

function scale(values, from, to) {
  const most = Math.max(...values) * 1.06;
  const step = stepFor(most);
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
  return { ticks, digits: Math.max(0, -Math.floor(Math.log10(step))), at: (value) => from + ((to - from) * value) / most };
}

/** A place for a label beside its point where no label or point is: right, left, above, below. */
function placeLabel({ px, py, label }, taken) {
  const width = label.length * LABEL.letter;
  const places = [[9, 4, "start"], [-9, 4, "end"], [0, -10, "middle"], [0, 18, "middle"]].map(([dx, dy, anchor]) => {
    const left = px + dx - { start: 0, middle: width / 2, end: width }[anchor];
    return { x: px + dx, y: py + dy, anchor, box: [left, py + dy - LABEL.height + 2, left + width, py + dy + 2] };
  });
  const free = ({ box: [l, t, r, b] }) => taken.every(([ol, ot, or, ob]) => r <= ol || l >= or || b <= ot || t >= ob);
  const place = places.find(free);
  if (place) taken.push(place.box);
  return place;
}

/**
 * Draws the points into the host.
 *
 * @param points `[{ x, y, label, hint, shape }]`, `shape` an index of `SHAPES`
 * @param says `{ title, x, y }`: what it is, and the axes' names
 */
export function scatter(host, points, says) {
  const { width, height } = host.clientWidth < NARROW_WIDTH ? NARROW : WIDE;
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const x = scale(points.map((point) => point.x), MARGIN.left, right);
  const y = scale(points.map((point) => point.y), bottom, MARGIN.top);
  const front = paretoFront(points);
  const place = (point) => ({ ...point, px: x.at(point.x), py: y.at(point.y) });

  const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says.title, class: "scatter" });
  for (const tick of y.ticks) {
    picture.append(draw("path", { class: "grid", d: `M${MARGIN.left} ${y.at(tick)}H${right}` }));
    picture.append(draw("text", { x: MARGIN.left - 8, y: y.at(tick) + 4, "text-anchor": "end" }, count(tick)));
  }
  for (const tick of x.ticks) {
    picture.append(draw("path", { class: "grid", d: `M${x.at(tick)} ${MARGIN.top}V${bottom}` }));
    picture.append(draw("text", { x: x.at(tick), y: bottom + 17, "text-anchor": "middle" }, tick.toFixed(x.digits)));
  }
  picture.append(draw("text", { x: right, y: height - 6, "text-anchor": "end", class: "axis" }, says.x));
  picture.append(draw("text", { x: 2, y: height - 6, class: "axis" }, says.y));
  picture.append(draw("path", {
    class: "front",
    d: front.map(place).map(({ px, py }, i) => `${i ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join(""),
  }));

  const placed = points.map(place);
  const taken = placed.map(({ px, py }) => [px - 5, py - 5, px + 5, py + 5]);
  const kind = (point) => (isOn(front, point) ? "point on-front" : "point");
  const ordered = placed.toSorted((a, b) => isOn(front, a) - isOn(front, b));
  for (const point of ordered) {
    const transform = `translate(${point.px.toFixed(1)} ${point.py.toFixed(1)})`;
    picture.append(draw("path", { class: kind(point), d: SHAPES[point.shape], transform }, draw("title", {}, point.hint)));
  }
  // Those of the front are drawn last, over the others, and labelled first, since there may be no place for all.
  for (const point of ordered.toReversed()) {
    const spot = placeLabel(point, taken);
    if (spot) picture.append(draw("text", { x: spot.x, y: spot.y, "text-anchor": spot.anchor, class: kind(point) }, point.label));
  }
  host.replaceChildren(picture);
}

const isOn = (front, { x, y }) => front.some((point) => point.x === x && point.y === y);

/** A shape by itself, for a legend or a table. */
export const shape = (index) => draw("svg", { viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true", class: "scatter" },
  draw("path", { class: "point", d: SHAPES[index] }));
