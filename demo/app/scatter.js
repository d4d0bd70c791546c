/** A scatter of bytes against milliseconds as SVG, with the Pareto front as a line. */

import { count } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
/** The picture's height as a part of its width. */
const WIDE = 0.625;
const NARROW = 1;
/** Narrower than this, in letters of the page. */
const NARROW_WIDTH = 30;
/** In pixels at the usual text size, as are all other lengths here. */
const MARGIN = { left: 56, right: 18, top: 30, bottom: 44 };
const TEXT = 16;
const TICKS = 5;
/** What a label keeps from what is beside it. */
const SPACE = 2;
/** Where a label may be beside its point: right, left, above, below, and between these. */
const PLACES = [
  [9, 4, "start"], [-9, 4, "end"], [0, -10, "middle"], [0, 18, "middle"],
  [7, -7, "start"], [-7, -7, "end"], [7, 15, "start"], [-7, 15, "end"],
].map(([dx, dy, anchor]) => ({ dx, dy, anchor }));

/** And further off, with a line to the point, where many points lie together: above and below first. */
const FAR = [26, 40, 54, 70].flatMap((radius) => [-90, 90, -65, 65, -115, 115, -40, 40, -140, 140].map((degrees) => {
  const [x, y] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const anchor = x > 0.3 ? "start" : x < -0.3 ? "end" : "middle";
  return { dx: x * radius, dy: y * radius + (y > 0 ? 8 : 0), anchor, line: [x * 7, y * 7, x * (radius - 2), y * (radius - 2)] };
}));
/** The line of the front is taken as boxes so far apart, which labels keep off. */
const STEP = 6;

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

/** A place for a text beside its point where nothing else is, or undefined. */
function placeLabel({ px, py }, { width, height }, { taken, labels, unit, inside }) {
  const places = [...PLACES, ...FAR].map((place) => {
    const { anchor } = place;
    const [dx, dy] = [place.dx * unit, place.dy * unit];
    const left = px + dx - { start: 0, middle: width / 2, end: width }[anchor];
    const box = [left - SPACE, py + dy - height * 0.8 - SPACE, left + width + SPACE, py + dy + height * 0.2 + SPACE];
    const line = place.line?.map((length, i) => (i % 2 ? py : px) + length * unit);
    return { x: px + dx, y: py + dy, anchor, box, line };
  });
  const [west, north, east, south] = inside;
  const apart = ([l, t, r, b], others) => others.every(([ol, ot, or, ob]) => r <= ol || l >= or || b <= ot || t >= ob);
  const lineOf = ({ line }) => (line ? along([{ px: line[0], py: line[1] }, { px: line[2], py: line[3] }]) : []);
  const place = places.find((place) => {
    const [l, t, r, b] = place.box;
    return l >= west && t >= north && r <= east && b <= south && apart(place.box, taken) && apart(place.box, labels)
      && lineOf(place).every((piece) => apart(piece, labels));
  });
  if (place) {
    labels.push(place.box);
    taken.push(...lineOf(place));
  }
  return place;
}

/** Small boxes along a line of points. */
function along(points) {
  return points.slice(1).flatMap((to, i) => {
    const from = points[i];
    const [width, height] = [to.px - from.px, to.py - from.py];
    const parts = Math.ceil(Math.hypot(width, height) / STEP);
    return Array.from({ length: parts }, (_, part) => {
      const [x, y] = [from.px + (width * part) / parts, from.py + (height * part) / parts];
      return [x - 1, y - 1, x + 1, y + 1];
    });
  });
}

/**
 * Draws the points into the host.
 *
 * @param points `[{ x, y, label, hint, shape }]`, `shape` an index of `SHAPES`
 * @param says `{ title, x, y }`: what it is, and the axes' names
 */
export function scatter(host, points, says) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const unit = rem / TEXT;
  const width = host.clientWidth;
  const height = width * (width < NARROW_WIDTH * rem ? NARROW : WIDE);
  const [left, top] = [MARGIN.left * unit, MARGIN.top * unit];
  const right = width - MARGIN.right * unit;
  const bottom = height - MARGIN.bottom * unit;
  const x = scale(points.map((point) => point.x), left, right);
  const y = scale(points.map((point) => point.y), bottom, top);
  const front = paretoFront(points);
  const place = (point) => ({ ...point, px: x.at(point.x), py: y.at(point.y) });

  const picture = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": says.title, class: "scatter" });
  for (const tick of y.ticks) {
    picture.append(draw("path", { class: "grid", d: `M${left} ${y.at(tick)}H${right}` }));
    picture.append(draw("text", { x: left - 8 * unit, y: y.at(tick) + 4 * unit, "text-anchor": "end" }, count(tick)));
  }
  for (const tick of x.ticks) {
    picture.append(draw("path", { class: "grid", d: `M${x.at(tick)} ${top}V${bottom}` }));
    picture.append(draw("text", { x: x.at(tick), y: bottom + 17 * unit, "text-anchor": "middle" }, tick.toFixed(x.digits)));
  }
  picture.append(draw("text", { x: right, y: height - 6 * unit, "text-anchor": "end", class: "axis" }, says.x));
  picture.append(draw("text", { x: 2, y: 14 * unit, class: "axis" }, says.y));
  picture.append(draw("path", {
    class: "front",
    d: front.map(place).map(({ px, py }, i) => `${i ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join(""),
  }));

  const placed = points.map(place);
  const taken = [...placed.map(({ px, py }) => [px - 6, py - 6, px + 6, py + 6]), ...along(front.map(place))];
  const labels = [];
  const kind = (point) => (isOn(front, point) ? "point on-front" : "point");
  const ordered = placed.toSorted((a, b) => isOn(front, a) - isOn(front, b));
  for (const point of ordered) {
    const transform = `translate(${point.px.toFixed(1)} ${point.py.toFixed(1)})`;
    picture.append(draw("path", { class: kind(point), d: SHAPES[point.shape], transform }, draw("title", {}, point.hint)));
  }
  host.replaceChildren(picture);
  // Those of the front are drawn last, over the others, and labelled first, since there may be no place for all. A text's
  // width is known once it is in the page.
  for (const point of ordered.toReversed()) {
    const text = draw("text", { class: `label ${kind(point)}` }, point.label);
    picture.append(text);
    const size = { width: text.getComputedTextLength(), height: parseFloat(getComputedStyle(text).fontSize) };
    const spot = placeLabel(point, size, { taken, labels, unit, inside: [left, top, right, bottom] });
    if (!spot) {
      text.remove();
      continue;
    }
    for (const [name, value] of Object.entries({ x: spot.x, y: spot.y, "text-anchor": spot.anchor })) text.setAttribute(name, value);
    if (!spot.line) continue;
    const [fromX, fromY, toX, toY] = spot.line;
    picture.insertBefore(draw("path", { class: "leader", d: `M${fromX} ${fromY}L${toX} ${toY}` }), picture.querySelector(".point"));
  }
}

const isOn = (front, { x, y }) => front.some((point) => point.x === x && point.y === y);

/** A shape by itself, for a legend or a table. */
export const shape = (index) => draw("svg", { viewBox: "-8 -8 16 16", width: 14, height: 14, "aria-hidden": "true", class: "scatter" },
  draw("path", { class: "point", d: SHAPES[index] }));
