/** The world as lights, in the Equal Earth projection (Šavrič, Patterson, Jenny 2018). */

import { colour } from "./dom.js";

const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];

/** Where people live: degrees of latitude, and the projection's own units from west to east. */
const [NORTH, SOUTH, WEST, EAST] = [74, -56, -2.5, 2.66];

/** Dots that are placed in one frame when all of them are placed again. */
const DOTS_A_FRAME = 20_000;

/** Light is shown by its logarithm, as the eye sees it: a village is not lost, a conurbation not a blot. */
const CONTRAST = 8;

/** The logarithm of the light that is shown in full. */
const FULL = Math.log1p(CONTRAST * 9);

function project(lon, lat) {
  const t = Math.asin((Math.sqrt(3) / 2) * Math.sin((lat * Math.PI) / 180));
  const t2 = t * t;
  const t6 = t2 * t2 * t2;
  const x = (2 * Math.sqrt(3) * ((lon * Math.PI) / 180) * Math.cos(t))
    / (3 * (9 * A4 * t6 * t2 + 7 * A3 * t6 + 3 * A2 * t2 + A1));
  return [x, t * (A4 * t6 * t2 + A3 * t6 + A2 * t2 + A1)];
}

const [TOP, BOTTOM] = [project(0, NORTH)[1], project(0, SOUTH)[1]];

export class WorldMap {
  #canvas;
  #tint;
  /** Fractions of width and height, and light: three numbers a dot. */
  #dots = [];
  #placed = 0;
  #timer;
  #image;
  /** The light that has fallen on each pixel. */
  #light = new Float32Array(0);

  /** @param tint the name of a theme colour */
  constructor(canvas, tint) {
    this.#canvas = canvas;
    this.#tint = tint;
    new ResizeObserver(() => this.#again()).observe(canvas);
    document.documentElement.addEventListener("themechange", () => this.#again());
  }

  clear(tint = this.#tint) {
    this.#tint = tint;
    this.#dots = [];
    this.#again();
  }

  /** Adds a dot; `light` is from 0 to 1. `draw` shows it. */
  add(lon, lat, light) {
    const [x, y] = project(lon, lat);
    this.#dots.push((x - WEST) / (EAST - WEST), (TOP - y) / (TOP - BOTTOM), light);
  }

  /** Shows the dots that were added since; nothing is done where there are none. */
  draw(most = Infinity) {
    if (!this.#image || this.#placed === this.#dots.length) return;
    const end = Math.min(this.#dots.length, this.#placed + most * 3);
    for (; this.#placed < end; this.#placed += 3) {
      this.#place(this.#dots[this.#placed], this.#dots[this.#placed + 1], this.#dots[this.#placed + 2]);
    }
    this.#canvas.getContext("2d").putImageData(this.#image, 0, 0);
  }

  /** A dot lies between pixels: each of the four around it has its share. A large city shines on their neighbours. */
  #place(x, y, light) {
    const left = x * this.#image.width - 0.5;
    const top = y * this.#image.height - 0.5;
    const [column, row] = [Math.floor(left), Math.floor(top)];
    const [right, below] = [left - column, top - row];
    const power = (0.1 + 1.6 * light ** 4) * (devicePixelRatio || 1);
    this.#shine(column, row, power * (1 - right) * (1 - below));
    this.#shine(column + 1, row, power * right * (1 - below));
    this.#shine(column, row + 1, power * (1 - right) * below);
    this.#shine(column + 1, row + 1, power * right * below);
    if (light < 0.72) return;
    for (let far = -1; far <= 2; far++) {
      for (const [c, r] of [[far, -1], [far, 2], [-1, far], [2, far]]) this.#shine(column + c, row + r, power * 0.12);
    }
  }

  #shine(column, row, power) {
    const { width, height, data } = this.#image;
    if (column < 0 || row < 0 || column >= width || row >= height) return;
    const pixel = row * width + column;
    this.#light[pixel] += power;
    data[pixel * 4 + 3] = 255 * Math.log1p(this.#light[pixel] * CONTRAST) / FULL;
  }

  /** All dots again, in this size and these colours. */
  #again() {
    cancelAnimationFrame(this.#timer);
    const ratio = devicePixelRatio || 1;
    const width = Math.round(this.#canvas.clientWidth * ratio);
    const height = Math.round(this.#canvas.clientHeight * ratio);
    if (!width || !height) return;
    Object.assign(this.#canvas, { width, height });
    this.#light = new Float32Array(width * height);
    this.#image = new ImageData(width, height);
    this.#tintAll();
    this.#placed = 0;
    const some = () => {
      this.draw(DOTS_A_FRAME);
      if (this.#placed < this.#dots.length) this.#timer = requestAnimationFrame(some);
    };
    some();
  }

  /** Every pixel has the colour from the start; light only makes it visible. */
  #tintAll() {
    const probe = new OffscreenCanvas(1, 1).getContext("2d");
    probe.fillStyle = colour(this.#tint);
    probe.fillRect(0, 0, 1, 1);
    const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
    new Uint32Array(this.#image.data.buffer).fill(new Uint32Array(new Uint8Array([red, green, blue, 0]).buffer)[0]);
  }
}
