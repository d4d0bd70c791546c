// Says so where the page's program does not start: a file of it that did not come, or a browser that does not know its
// syntax. Nothing else would: the page would say for ever that it is loading. A classic script, before that program.
(() => {
  let failed = "";

  function show() {
    const status = document.getElementById("dataset");
    if (!failed || !status) return;
    status.dataset.state = "error";
    status.querySelector(".status-text").textContent = failed;
    const again = document.getElementById("reload");
    again.hidden = false;
    again.onclick = () => location.reload();
  }

  function fail(reason) {
    failed ||= `The playground did not start. ${reason}`;
    show();
  }

  addEventListener("error", ({ target, message }) => {
    if (document.documentElement.dataset.started !== undefined) return;
    if (target === window) fail(message);
    else if (target.type === "module") fail("A file of it cannot be loaded: is there a network, and the server?");
  }, true);
  addEventListener("unhandledrejection", ({ reason }) => {
    if (document.documentElement.dataset.started === undefined) fail(String(reason));
  });
  document.addEventListener("DOMContentLoaded", show);
})();
