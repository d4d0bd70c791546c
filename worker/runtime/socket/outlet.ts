import type { Task } from "../task.js";
import type { News } from "./messages.js";

/** Pieces of news that go together: the page hears them at once, and draws no frame meanwhile. */
const LOT = 256;

/** What the page is to hear: as much at a time as has gathered while it took what came before. */
export class Outlet {
  #news: unknown[] = [];
  #wake = () => {};
  #over = false;

  constructor(readonly task: Task) {}

  say(news: News, value: unknown): void {
    this.#news.push(news, value);
    this.#wake();
  }

  /** Nothing more comes. */
  end(): void {
    this.#over = true;
    this.#wake();
  }

  async *values(): AsyncGenerator<unknown, void> {
    for (;;) {
      while (this.#news.length === 0 && !this.#over) await new Promise<void>((wake) => (this.#wake = wake));
      if (this.#news.length === 0) return;
      const news = this.#news.splice(0, 2 * LOT);
      yield this.task.transfer(news, news.filter((value) => value instanceof ArrayBuffer));
    }
  }
}
