// The live board: asks for its numbers just after the server has newer ones, and replaces only what has changed.
"use strict";

(() => {
  const board = document.querySelector("[data-board]");
  if (!board) return;
  const behind = document.querySelector("[data-behind]");
  // Each screen a little later than the next, so that five hundred do not ask in the same instant.
  const late = 50 + Math.random() * 400;
  const LONGEST = 15000;
  let etag = "";
  let failures = 0;
  let timer = 0;

  function replace(markup) {
    const fresh = new DOMParser().parseFromString(`<div>${markup}</div>`, "text/html").body.firstElementChild;
    const parts = (root) => [...root.querySelectorAll("[data-part]")].map((part) => part.dataset.part).join();
    if (parts(fresh) !== parts(board)) {
      board.replaceChildren(...fresh.childNodes);
      return;
    }
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const old = board.querySelector(`[data-part="${part.dataset.part}"]`);
      if (old.dataset.part === "pace") keepOpen(old, part);
      if (!old.isEqualNode(part)) old.replaceWith(part);
    }
  }

  // The table beneath the picture stays open for whoever has opened it.
  function keepOpen(old, part) {
    const [was, is] = [old, part].map((root) => root.querySelector("details"));
    if (was && is) is.open = was.open;
  }

  async function ask() {
    let wait = 2000;
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const reply = await fetch(board.dataset.board, { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
      if (reply.redirected || [401, 403, 404].includes(reply.status)) {
        location.reload();
        return;
      }
      if (reply.status === 200) {
        replace(await reply.text());
        etag = reply.headers.get("ETag") || "";
      } else if (reply.status !== 304) {
        throw new Error(reply.status);
      }
      failures = 0;
      wait = 1000 * (Number(reply.headers.get("X-Next-In")) || 2) + late;
    } catch {
      failures += 1;
      wait = Math.min(LONGEST, 1000 * 2 ** failures) + late;
    }
    if (behind) behind.hidden = failures < 2;
    timer = setTimeout(ask, wait);
  }

  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    // A phone in the pocket asks for nothing.
    if (!document.hidden) ask();
  });
  timer = setTimeout(ask, late);
})();
