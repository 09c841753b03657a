// Network first, always: what is shown is what is true. Without signal: the current household for as long as its lease
// can last, else a page that says what is going on. Nothing else personal is ever kept.
"use strict";
// Files are named by their content: when any changes, so does this, and the old ones are dropped.
const SHELL = "groundswell-shell-{{ shell_version }}";
const CALL = "groundswell-call";
const LEASE_MS = 15 * 60 * 1000;
const FILES = [{% for url in shell %}"{{ url|escapejs }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const OFFLINE = "{{ offline_url|escapejs }}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const kept = new Set([SHELL, CALL]);
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => !kept.has(name)).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const call = await (await caches.open(CALL)).match(request.url);
    if (call && Date.now() - Number(call.headers.get("X-Kept-At")) < LEASE_MS) return call;
    await caches.delete(CALL);
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function asset(request) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) cache.put(request, response.clone());
    return response;
  } catch {
    return (await cache.match(request)) ?? Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (url.pathname.startsWith("{{ static_prefix|escapejs }}")) event.respondWith(asset(request));
});
