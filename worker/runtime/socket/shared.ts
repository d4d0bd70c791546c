import { Link } from "./link.js";
import { type Asked, type Line, News, Order, type Plan, type Revived } from "./messages.js";

/** What tabs say to each other: who says it, and to whom if not to all. One that is new says no more than that. */
interface Word {
  from: string;
  to?: string | undefined;
  /** What a tab asks of the one that holds the line, as far as it knows: by its term. */
  asked?: Asked;
  term?: string;
  /** What the one that holds the line has heard. */
  news?: [News, unknown];
  /** It is who holds the line now. */
  leads?: Known;
}

/** What has to be known of the line by whoever holds it next. */
interface Known {
  /** Who holds it. */
  term: string;
  /** As it is open. */
  line: Line | undefined;
  session: Uint8Array | undefined;
  /** Messages of the session that have come. */
  came: number;
}

/** The news of a tab's end, and the news that the lock is free, come by different ways; the former gets so many ms to
 *  overtake. */
const LAST_WORDS = 50;
/** Characters of a tab's name. */
const NAME = 36;

/**
 * A line that tabs share. The tab whose worker has the lock holds it, and tells the others all news over a channel; they have
 * it send for them. When the lock comes free, by a close or a death, the next in turn opens a line, and all ask it again what
 * the last one had not answered.
 *
 * Locks and a channel, and no SharedWorker: they are wherever a worker is, they notice a tab that dies, and the line lives
 * where all other lines do.
 */
export class Shared {
  readonly #name: string;
  readonly #me = crypto.randomUUID();
  readonly #channel: BroadcastChannel;
  readonly #gone = new AbortController();
  /** What its own page asks of another. */
  readonly #asked = new Map<unknown, Asked>();
  /** The line, if it is held here. */
  #link: Link | undefined;
  #known: Known = { term: "", line: undefined, session: undefined, came: 0 };
  #attempts = 0;
  /** Another has held it before. */
  #followed = false;
  /** Its own page wants no more of it. */
  #leaving = false;
  #release = () => {};

  constructor(readonly plan: Plan, readonly say: (news: News, value: unknown) => void, readonly end: () => void) {
    this.#name = `centaurus-socket ${plan.shared as string}`;
    this.#channel = new BroadcastChannel(this.#name);
  }

  async begin(revived: Revived | undefined): Promise<void> {
    if (revived) {
      this.#known = { term: "", line: undefined, session: revived.session, came: revived.taken };
      this.#attempts = revived.attempts;
      for (const asked of revived.orders) this.#asked.set(asked[1], asked);
    }
    this.#channel.onmessage = ({ data }) => this.#listen(data as Word);
    const hold = () =>
      new Promise<void>((release) => {
        this.#release = release;
        setTimeout(() => void this.#lead(), this.#followed ? LAST_WORDS : 0);
      });
    // Where there are no locks, as on insecure origins, each tab has a line of its own.
    if (!navigator.locks) return void hold();
    navigator.locks.request(this.#name, { signal: this.#gone.signal }, hold).catch(() => {
      // It left before its turn came.
    });
    this.#tell({});
  }

  hear(asked: Asked): void {
    const [order, id] = asked;
    this.#leaving ||= order === Order.Close;
    if (this.#link) return this.#link.hear(asked);
    if (this.#leaving) return this.#leave(true);
    if (order === Order.Taken) return;
    if (order <= Order.Stats) this.#asked.set(id, asked);
    this.#tell({ asked, term: this.#known.term });
  }

  abort(): void {
    this.#leaving = true;
    if (this.#link) this.#link.abort();
    else this.#leave(false);
  }

  free(): void {
    this.#gone.abort();
    this.#channel.close();
    this.#link?.free();
    this.#release();
  }

  #tell(word: Omit<Word, "from">): void {
    this.#channel.postMessage({ from: this.#me, ...word } satisfies Word);
  }

  #leave(wasClean: boolean): void {
    this.say(News.Closed, { code: wasClean ? 1000 : 1006, reason: "", wasClean, error: undefined, stats: undefined });
    this.end();
  }

  /** It is this tab's turn. */
  async #lead(): Promise<void> {
    if (this.#gone.signal.aborted) return this.#release();
    const { session, came } = this.#known;
    const orders = [...this.#asked.values()];
    this.#asked.clear();
    this.#known.term = this.#me;
    this.#link = new Link(this.plan, (news, value) => this.#pass(news, value), this.end);
    if (this.#followed) this.#pass(News.Reconnecting, { attempt: 1, delay: 0, code: 1006, reason: "the tab that held the line is gone" });
    await this.#link.begin({ attempts: this.#attempts, session, taken: came, acknowledged: NaN, orders });
    this.#tell({ leads: this.#known });
  }

  /** News of the line that is held here: for all, or for who asked. */
  #pass(news: News, value: unknown): void {
    if (news === News.Done || news === News.Failed) {
      const [id, what] = value as [unknown, unknown];
      if (typeof id !== "string") return this.say(news, value);
      // What fails because this tab leaves is asked again of the next.
      if (news === News.Failed && this.#leaving) return;
      return this.#tell({ to: id.slice(0, NAME), news: [news, [Number(id.slice(NAME)), what]] });
    }
    this.#note(news, value);
    if (news !== News.Ask && news !== News.Full && !(news === News.Closed && this.#leaving)) this.#tell({ news: [news, value] });
    this.say(news, value);
  }

  #note(news: News, value: unknown): void {
    const known = this.#known;
    if (news <= News.Unreadable) known.came += 1;
    if (news === News.Reconnecting) known.line = undefined;
    if (news !== News.Open) return;
    const line = value as Line;
    this.#known = { term: known.term, line, session: line.session, came: line.resumed ? known.came : 0 };
  }

  #listen({ from, to, asked, term, news, leads }: Word): void {
    if (to && to !== this.#me) return;
    if (this.#link) {
      if (!asked) return this.#tell({ to: from, leads: this.#known });
      const [order, id, ...more] = asked;
      // Who asked another before asks again when it hears who holds the line now: so all of it comes once, and in order.
      if (term === this.#me) this.#link.hear([order, order <= Order.Withdraw ? from + String(id) : id, ...more]);
      return;
    }
    if (leads && leads.term !== this.#known.term) {
      this.#followed = true;
      this.#known = leads;
      if (leads.line) this.say(News.Open, { ...leads.line, came: leads.came });
      for (const again of this.#asked.values()) this.#tell({ asked: again, term: leads.term });
    }
    if (!news) return;
    const [kind, value] = news;
    this.#note(kind, value);
    if (kind === News.Done || kind === News.Failed) this.#asked.delete((value as unknown[])[0]);
    this.say(kind, value);
    if (kind === News.Closed) this.end();
  }
}
