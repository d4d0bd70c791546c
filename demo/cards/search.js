import { bodyOf, showCode } from "../app/code.js";
import { citiesUrl } from "../app/dataset.js";
import { element, find } from "../app/dom.js";
import { count, plural } from "../app/format.js";
import { lanes } from "../app/lane.js";
import { registration } from "../app/pool.js";
import { search } from "../jobs.js";

/** Rows of the list of what was found. */
const wanted = 6;

async function inPool(c, typed, signal, onProgress) {
  const found = await c
    .with({ key: "cities", signal, onProgress })
    .search(typed, citiesUrl, wanted);
  return found;
}

export function searchCard(play) {
  const card = find("#search");
  const query = find("#query", card);
  const list = find(".found", card);
  showCode(card, `${registration("search")}\n\n${bodyOf(inPool)}`, search);

  const show = (found) => {
    list.replaceChildren(...found.map(({ name, country, population }) =>
      element("li", {},
        element("span", { className: "name" }, name),
        element("span", { className: "country" }, country),
        element("span", { className: "people" }, count(population)))));
  };
  const empty = (text) => list.replaceChildren(element("li", { className: "empty" }, text));
  empty("Type a name, or press Run.");

  const outcome = (found) => {
    show(found);
    return `${plural(play.cities.rows.length, "name")} ranked. Best: ${found[0].name}, ${found[0].country}.`;
  };
  const made = lanes(card, {
    frames: play.frames,
    main: async ({ task }) => outcome(await search.call(task, query.value, citiesUrl, wanted)),
    pool: async ({ signal, progress }) => {
      let loaded = "";
      const report = (value) => {
        if (value === "loading") loaded = "The worker loaded the cities first, once. ";
        else progress(value);
      };
      const found = await play.timeline.track("search", inPool(play.c, query.value, signal, report));
      return loaded + outcome(found);
    },
  });

  query.addEventListener("input", () => {
    if (query.value.trim() === "") return empty("Type a name, or press Run.");
    const where = find("input[name=search-on]:checked", card).value;
    return made[where].restart();
  });
  return made;
}
