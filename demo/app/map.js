/** A world of dots, in the Equal Earth projection (Šavrič, Patterson, Jenny 2018). */

import { colour, fit } from "./dom.js";

const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];

/** Where people live, in degrees of latitude. */
const [NORTH, SOUTH] = [76, -56];

const HALF_WIDTH = 2.7066299836960748;

/** Dots drawn in one frame when all of them are drawn again. */
const DOTS_A_FRAME = 15_000;

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
  /** Width and height fractions and light, three numbers a dot. */
  #dots = [];
  #drawn = 0;
  #timer;

  /** @param tint the name of a theme colour */
  constructor(canvas, tint) {
    this.#canvas = canvas;
    this.#tint = tint;
    new ResizeObserver(() => this.#redraw()).observe(canvas);
    document.documentElement.addEventListener("themechange", () => this.#redraw());
  }

  clear(tint = this.#tint) {
    this.#tint = tint;
    this.#dots = [];
    this.#redraw();
  }

  /** Adds a dot; `light` is from 0 to 1. `draw` shows it. */
  add(lon, lat, light) {
    const [x, y] = project(lon, lat);
    this.#dots.push(0.5 + x / HALF_WIDTH / 2, (TOP - y) / (TOP - BOTTOM), light);
  }

  /** Draws the dots that were added since. */
  draw(most = Infinity) {
    const { context, width, height } = fit(this.#canvas);
    context.fillStyle = colour(this.#tint);
    const end = Math.min(this.#dots.length, this.#drawn + most * 3);
    const unit = Math.max(0.55, width / 900);
    for (; this.#drawn < end; this.#drawn += 3) {
      const light = this.#dots[this.#drawn + 2];
      const size = unit * (0.7 + light * light * 1.5);
      context.globalAlpha = 0.1 + light * light * 0.75;
      context.fillRect(this.#dots[this.#drawn] * width - size / 2, this.#dots[this.#drawn + 1] * height - size / 2, size, size);
    }
    context.globalAlpha = 1;
  }

  #redraw() {
    cancelAnimationFrame(this.#timer);
    const { context, width, height } = fit(this.#canvas);
    context.clearRect(0, 0, width, height);
    this.#drawn = 0;
    const some = () => {
      this.draw(DOTS_A_FRAME);
      if (this.#drawn < this.#dots.length) this.#timer = requestAnimationFrame(some);
    };
    some();
  }
}
