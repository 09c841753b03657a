// The session's line on the caller's screen: the host's message, the team's total, the time left. Asked for every few
// seconds, as often as the server says; and where to go once the session is over or rings another list.
"use strict";
(() => {
  const main = document.getElementById("call"), line = document.getElementById("line"), said = document.getElementById("said");
  let timer, heard = null;
  const later = (seconds) => { clearTimeout(timer); timer = setTimeout(look, seconds * 1000 * (0.85 + Math.random() * 0.3)); };

  async function look() {
    clearTimeout(timer);
    if (document.hidden || !navigator.onLine) return later(15);
    try {
      const response = await fetch(line.dataset.url, { redirect: "manual", headers: { "X-Groundswell": "fragment" } });
      if (response.ok && response.status !== 204) return show(await response.text());
      line.hidden = true;
      delete main.dataset.goes;
      later(response.status === 204 ? 30 : 60);
    } catch {
      later(15);
    }
  }

  function show(html) {
    const open = line.querySelector("details")?.open;
    line.innerHTML = html;
    line.hidden = false;
    const part = line.firstElementChild, message = line.querySelector("details");
    if (open && message) message.open = true;
    // What is new is read out; what stood there when the page was opened is not.
    if (heard !== null && part.dataset.message !== heard) said.textContent = part.dataset.says;
    heard = part.dataset.message;
    if (part.dataset.goes) main.dataset.goes = part.dataset.goes;
    else delete main.dataset.goes;
    if (part.dataset.goes) document.dispatchEvent(new CustomEvent("groundswell:goes", { detail: part.dataset.goes }));
    later(Number(part.dataset.every));
  }

  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  window.addEventListener("online", look);
  look();
})();
