// The page shown without signal comes back by itself. "online" tells of a network, not of a request that gets through,
// and may come too early: so the server is asked until it answers, and at once when there is news.
"use strict";
(() => {
  const EVERY_MS = 3000;
  const button = document.querySelector("[data-retry]");
  // Opened by its own address it has nothing to come back to.
  const waits = location.pathname !== button.dataset.retry;
  let next = 0;

  async function ask() {
    clearTimeout(next);
    try {
      if ((await fetch(button.dataset.retry, { cache: "no-store" })).ok) { location.reload(); return; }
    } catch { /* still no signal */ }
    clearTimeout(next);
    next = setTimeout(ask, EVERY_MS);
  }

  button.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
  if (waits) {
    window.addEventListener("online", ask);
    next = setTimeout(ask, EVERY_MS);
  }
})();
