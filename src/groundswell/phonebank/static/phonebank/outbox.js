// Results are kept on this phone until the server has them: IndexedDB first, then the network. Each carries a client_uuid
// that is unique in the database, so that a lost reply, three presses or two tabs still make one record.
"use strict";
const outbox = (() => {
  const FIRST_WAIT = 1000, LONGEST_WAIT = 60000, PATIENCE = 15000;
  let wait = FIRST_WAIT, timer, listener = () => {};

  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open("groundswell", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "uuid" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  async function store(mode, work) {
    const transaction = (await opened).transaction("outbox", mode);
    const request = work(transaction.objectStore("outbox"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  const all = () => store("readonly", (box) => box.getAll());
  const forget = (uuid) => store("readwrite", (box) => box.delete(uuid));
  const waiting = async (user) => (await all()).filter((r) => r.user === user && !r.refused).sort((a, b) => a.at - b.at);
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
    if (response.status === 422) {
      const html = await response.text();
      const why = new DOMParser().parseFromString(html, "text/html").querySelector(".errorlist")?.textContent.trim() ?? "";
      await store("readwrite", (box) => box.put({ ...record, refused: why }));
      listener("refused", { record, html, why });
      return "next";
    }
    if (!response.ok) return "later";
    const html = await response.text();
    await forget(record.uuid);
    listener("delivered", { record, html });
    return "next";
  }

  async function flush(user, tokenUrl) {
    clearTimeout(timer);
    return navigator.locks.request("groundswell-outbox", async () => {
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

  return {
    put: (record) => store("readwrite", (box) => box.put(record)),
    listen: (heard) => { listener = heard; },
    hurry: () => { wait = FIRST_WAIT; },
    flush, forget, post, waiting, all,
  };
})();
