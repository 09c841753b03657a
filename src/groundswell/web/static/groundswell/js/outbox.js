// Results are kept on this phone until the server has them: IndexedDB first, then the network. Each carries a client_uuid
// that is unique in the database, so that a lost reply, three presses or two tabs still make one record. Whatever a page
// does, it is told of by `listen`. What the server will not take stays too, in sight on every page (#unsaved), until its
// caller tries again or takes it off.
"use strict";
const outbox = (() => {
  const FIRST_WAIT = 1000, LONGEST_WAIT = 60000, PATIENCE = 15000;
  // What the next try may mend: signed out, too slow, too early, too many.
  const PASSING = new Set([401, 403, 408, 425, 429]);
  let wait = FIRST_WAIT, timer, listener = () => {};

  // A private window or a full phone may refuse to keep anything: then memory, for as long as the page is open.
  const memory = new Map();
  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open("groundswell", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "uuid" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  opened.catch(() => {});
  window.addEventListener("beforeunload", (event) => { if (memory.size) event.preventDefault(); });

  async function store(mode, work) {
    const transaction = (await opened).transaction("outbox", mode);
    const request = work(transaction.objectStore("outbox"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  const put = (record) => store("readwrite", (box) => box.put(record)).catch(() => { memory.set(record.uuid, record); });
  const all = async () => [...memory.values(), ...await store("readonly", (box) => box.getAll()).catch(() => [])];
  const forget = (uuid) => { memory.delete(uuid); return store("readwrite", (box) => box.delete(uuid)).catch(() => {}); };
  // One tab delivers at a time. Browsers without locks (old ones, plain http) may deliver twice, which records once.
  const alone = (work) => (navigator.locks ? navigator.locks.request("groundswell-outbox", work) : work());
  const inOrder = async (user) => (await all()).filter((r) => r.user === user).sort((a, b) => a.at - b.at);
  const waiting = async (user) => (await inOrder(user)).filter((r) => !r.refused && !r.told);
  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

  async function send(url, fields) {
    const abort = new AbortController();
    const alarm = setTimeout(() => abort.abort(), PATIENCE);
    try {
      return await fetch(url, {
        method: "POST", body: new URLSearchParams(fields), signal: abort.signal, redirect: "manual",
        headers: { "X-CSRFToken": token(), "X-Groundswell": "fragment" },
      });
    } finally {
      clearTimeout(alarm);
    }
  }

  // A 403 is a token that ran out while the phone slept: fetch a new one, once. A second 403 means what it says.
  async function post(url, fields, tokenUrl) {
    const response = await send(url, fields);
    if (response.status !== 403) return response;
    const fresh = await fetch(tokenUrl, { redirect: "manual" });
    return fresh.ok ? send(url, fields) : fresh;
  }

  async function deliver(record, tokenUrl) {
    const response = await post(record.url, record.fields, tokenUrl);
    if (response.type === "opaqueredirect" || response.status === 403 || response.headers.get("HX-Redirect")) return "signed-out";
    if (response.status >= 400 && response.status < 500 && !PASSING.has(response.status)) {
      // A page of ours says why; any other refusal (404) has nothing to show.
      const html = [409, 422].includes(response.status) ? await response.text() : "";
      const why = new DOMParser().parseFromString(html, "text/html").querySelector(".errorlist, .notice")?.textContent.trim();
      await put({ ...record, refused: why || " " });
      await listener("refused", { record, html });
      await showUnsaved();
      return "next";
    }
    if (!response.ok) return "later";
    const html = await response.text();
    if (response.headers.get("X-Groundswell-Told")) await put({ ...record, fields: [], told: true });
    else await forget(record.uuid);
    await listener("delivered", { record, html });
    await showUnsaved();
    return "next";
  }

  // Fills components/unsaved.html.
  async function showUnsaved() {
    const box = document.getElementById("unsaved");
    if (!box) return;
    const left = (await inOrder(box.dataset.user)).filter((r) => r.refused || r.told);
    box.querySelector("ul").replaceChildren(...left.map((record) => {
      const line = box.querySelector("template").content.cloneNode(true);
      const part = (name) => line.querySelector(`[data-${name}]`);
      const at = new Date(record.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      part("what").textContent = [record.what, record.whom, at].filter(Boolean).join(", ");
      part("why").textContent = record.told ? box.dataset.told : record.refused.trim() || box.dataset.gone;
      part("off").textContent = record.told ? box.dataset.ok : box.dataset.off;
      part("off").addEventListener("click", () => forget(record.uuid).then(showUnsaved));
      part("retry").hidden = Boolean(record.told);
      part("retry").addEventListener("click", async () => {
        await put({ ...record, refused: undefined });
        await flush(record.user, box.dataset.token);
        showUnsaved();
      });
      return line;
    }));
    box.hidden = !left.length;
  }
  showUnsaved();

  async function flush(user, tokenUrl) {
    clearTimeout(timer);
    return alone(async () => {
      for (const record of await waiting(user)) {
        let result;
        try { result = await deliver(record, tokenUrl); } catch { result = "later"; }
        if (result === "next") { wait = FIRST_WAIT; continue; }
        if (result === "later") {
          timer = setTimeout(() => flush(user, tokenUrl), wait * (0.75 + Math.random() / 2));
          wait = Math.min(wait * 2, LONGEST_WAIT);
        }
        listener(result, { left: (await waiting(user)).length });
        return;
      }
      listener("empty", {});
    });
  }

  // Before signing out: what can be sent is sent, and nothing of the last household stays on the phone. Returns how many
  // results are still waiting; these stay, and go when their caller signs in again, as does what was never taken.
  async function close(user, tokenUrl) {
    await flush(user, tokenUrl);
    const left = await waiting(user);
    if ("caches" in window) await caches.delete("groundswell-call");
    sessionStorage.clear();
    return left.length;
  }

  return {
    listen: (heard) => { listener = heard; },
    hurry: () => { wait = FIRST_WAIT; },
    put, flush, forget, post, waiting, close,
  };
})();
