// What the playground computes. Each function runs as it stands on the main thread and in a worker: from its source
// through `define`, or as this module through `registerModule`. So none of them uses a name of this file's.
//
// `this` is the task: `this.signal`, `this.progress(value)`, `this.transfer(value, list)`.

/**
 * Ranks every city against what was typed, typing errors forgiven, and gives the best.
 *
 * A worker loads the cities at its first search and keeps them.
 */
export async function search(typed, citiesUrl, wanted) {
  if (!self.cities) {
    this.progress("loading");
    self.cities = await (await fetch(citiesUrl)).json();
  }

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const query = plain(typed.trim());
  let above = new Uint8Array(query.length + 1);
  let row = new Uint8Array(query.length + 1);

  /** Edits from the query to the nearest beginning of the name. */
  const edits = (name) => {
    for (let i = 0; i <= query.length; i++) above[i] = i;
    let least = query.length;
    for (let n = 0; n < name.length && n < query.length + 2; n++) {
      row[0] = n + 1;
      for (let q = 0; q < query.length; q++) {
        const replaced = above[q] + (name.charCodeAt(n) === query.charCodeAt(q) ? 0 : 1);
        row[q + 1] = Math.min(replaced, above[q + 1] + 1, row[q] + 1);
      }
      least = Math.min(least, row[query.length]);
      [above, row] = [row, above];
    }
    return least;
  };

  const best = [];
  for (let i = 0; i < self.cities.length; i++) {
    if (i % 4096 === 0) {
      this.signal.throwIfAborted();
      this.progress(i / self.cities.length);
    }
    const { name, country, population } = self.cities[i];
    const folded = plain(name);
    const rest = Math.min(10, Math.abs(folded.length - query.length)) / 20;
    const score = edits(folded) + rest - Math.log10(population + 1) / 8;
    if (best.length === wanted && score >= best[wanted - 1].score) continue;
    const place = best.findIndex((other) => score < other.score);
    best.splice(place < 0 ? best.length : place, 0, { name, country, population, score });
    best.length = Math.min(best.length, wanted);
  }
  return best;
}

/** Compresses bytes with pako, which the page has loaded into every worker. */
export function compress(bytes, level) {
  const deflate = new pako.Deflate({ level });
  const step = 256 * 1024;
  for (let at = 0; at < bytes.length; at += step) {
    this.signal.throwIfAborted();
    deflate.push(bytes.subarray(at, at + step), at + step >= bytes.length);
    this.progress(Math.min(1, (at + step) / bytes.length));
  }
  return this.transfer(deflate.result, [deflate.result.buffer]);
}

/** Counts primes for some seconds without a pause. An attentive one looks at the signal as it goes. */
export function primes(seconds, attentive) {
  const start = performance.now();
  let [count, candidate, reported] = [0, 1, 0];
  for (let spent = 0; spent < seconds * 1000; spent = performance.now() - start) {
    if (attentive && this.signal.aborted) throw this.signal.reason;
    for (let batch = 0; batch < 500; batch++) {
      candidate += 2;
      let divisor = 3;
      while (divisor * divisor <= candidate && candidate % divisor) divisor += 2;
      if (divisor * divisor > candidate) count++;
    }
    if (spent - reported > 50) this.progress({ done: (reported = spent) / (seconds * 1000), count });
  }
  return count;
}

/**
 * How brightly each city shines at night: by its people and by those within 25 km. From east to west, as night falls,
 * in batches of `[longitude, latitude, light, …]`.
 */
export async function* lights(citiesUrl, batch) {
  self.cities ??= await (await fetch(citiesUrl)).json();

  const cell = (lon, lat) => Math.floor(lat * 2) * 720 + Math.floor(lon * 2);
  const grid = new Map();
  for (const city of self.cities) {
    const [lon, lat] = city.loc.coordinates;
    const key = cell(lon, lat);
    if (grid.has(key)) grid.get(key).push(city);
    else grid.set(key, [city]);
  }

  const westward = self.cities.slice().sort((a, b) => b.loc.coordinates[0] - a.loc.coordinates[0]);
  for (let from = 0; from < westward.length; from += batch) {
    const part = westward.slice(from, from + batch);
    const out = new Float32Array(part.length * 3);
    part.forEach((city, i) => {
      const [lon, lat] = city.loc.coordinates;
      const narrow = Math.cos((lat * Math.PI) / 180);
      let people = 0;
      for (let dLat = -0.5; dLat <= 0.5; dLat += 0.5) {
        for (let dLon = -0.5; dLon <= 0.5; dLon += 0.5) {
          for (const other of grid.get(cell(lon + dLon, lat + dLat)) ?? []) {
            const east = (other.loc.coordinates[0] - lon) * narrow * 111;
            const north = (other.loc.coordinates[1] - lat) * 111;
            const distance = Math.hypot(east, north);
            if (distance < 25) people += other.population * (1 - distance / 25);
          }
        }
      }
      out.set([lon, lat, Math.log10(people + 10) / 7.5], i * 3);
    });
    yield out;
  }
}

/** The value as the bytes of JSON. */
export function toJson(value) {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return this.transfer(bytes, [bytes.buffer]);
}

/** The value of the bytes of JSON. */
export function fromJson(bytes) {
  return JSON.parse(new TextDecoder().decode(bytes));
}
