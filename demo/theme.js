// Runs before the first paint, so that a chosen theme does not flash. Without a choice the system's holds.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  /** Storage may be forbidden; the choice then lasts as long as the page. */
  function remembered(value) {
    try {
      if (value === undefined) return localStorage.getItem("theme");
      localStorage.setItem("theme", value);
    } catch {
      return null;
    }
  }

  function apply(theme) {
    root.dataset.theme = theme;
    const button = document.getElementById("theme");
    button?.setAttribute("aria-label", `Switch to the ${theme === "dark" ? "light" : "dark"} theme`);
    root.dispatchEvent(new Event("themechange"));
  }

  const current = () => remembered() ?? (dark.matches ? "dark" : "light");
  apply(current());
  for (const query of [dark, matchMedia("(forced-colors: active)")]) query.addEventListener("change", () => apply(current()));
  document.addEventListener("DOMContentLoaded", () => {
    apply(current());
    document.getElementById("theme")?.addEventListener("click", () => {
      const next = root.dataset.theme === "dark" ? "light" : "dark";
      remembered(next);
      apply(next);
    });
  });
})();
