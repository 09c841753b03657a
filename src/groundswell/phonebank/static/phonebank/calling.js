// The caller's screen. Everything here also works as plain forms; this adds the outbox, the branching of the script,
// the lease kept alive while the page is open, and a draft that survives a phone dropping the page during the call.
"use strict";
(() => {
  const main = document.getElementById("call");
  const state = document.getElementById("state");
  const alert = document.getElementById("alert");
  const user = main.dataset.user, tokenUrl = main.dataset.token;
  const HEARTBEAT = 60000;
  let sending = null;
  document.documentElement.classList.add("js");

  const say = (which) => { state.textContent = state.dataset[which] ?? ""; };
  const warn = (which, values = {}) => {
    const words = alert.dataset[which];
    alert.hidden = !words;
    alert.textContent = (words ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  };
  const form = () => document.getElementById("result");
  const inUse = (uuid) => form()?.dataset.uuid === uuid;

  // The page as it stands, for a reload without signal in the middle of a call; one copy, gone with the household.
  async function keep() {
    if (!("caches" in window) || !form()) return forgetPage();
    const page = new Response(`<!DOCTYPE html>${document.documentElement.outerHTML}`, {
      headers: { "Content-Type": "text/html; charset=utf-8", "X-Kept-At": String(Date.now()) },
    });
    await (await caches.open("groundswell-call")).put(location.href, page);
  }
  const forgetPage = async () => { if ("caches" in window) await caches.delete("groundswell-call"); };

  function show(html) {
    main.innerHTML = html;
    sending = null;
    ready();
    window.scrollTo(0, 0);
    main.querySelector("h1")?.setAttribute("tabindex", "-1");
    main.querySelector("h1")?.focus({ preventScroll: true });
  }

  function ready() {
    restore();
    branch();
    const quick = main.querySelector("[data-quick]");
    if (quick) quick.hidden = false;
    for (const passing of main.querySelectorAll("[data-lasts]")) {
      setTimeout(() => passing.remove(), passing.dataset.lasts * 1000);
    }
    keep();
  }

  // Branching: a step with data-show-if stands open when one of these options is chosen for the same person.
  function branch() {
    for (const steps of main.querySelectorAll("[data-script-steps]")) {
      for (const step of steps.querySelectorAll("[data-show-if]")) {
        const wanted = step.dataset.showIf.split(" ");
        const open = [...steps.querySelectorAll("fieldset:not([hidden]) input:checked")].some((i) => wanted.includes(i.value));
        step.hidden = step.disabled = !open;
      }
    }
  }

  const draftKey = () => form() && `draft:${form().dataset.uuid}`;
  function draft() {
    if (!form()) return;
    const fields = [...new FormData(form())].filter(([name]) => name !== "csrfmiddlewaretoken");
    sessionStorage.setItem(draftKey(), JSON.stringify(fields));
  }
  function restore() {
    const kept = form() && sessionStorage.getItem(draftKey());
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("draft:") && key !== draftKey()) sessionStorage.removeItem(key);
    if (!kept) return;
    for (const [name, value] of JSON.parse(kept)) {
      for (const field of form().querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio" || field.type === "checkbox") field.checked ||= field.value === value;
        else if (field.type !== "hidden") field.value = value;
      }
    }
  }

  async function save(submitter) {
    const uuid = form().dataset.uuid;
    if (sending === uuid) return;
    sending = uuid;
    form().elements.occurred_at.value = new Date().toISOString();
    const fields = [...new FormData(form(), submitter)].filter(([name]) => name !== "csrfmiddlewaretoken");
    say("saving");
    form().querySelectorAll("[type=submit]").forEach((button) => button.setAttribute("aria-busy", "true"));
    await outbox.put({ uuid, user, url: form().getAttribute("action"), fields, at: Date.now() });
    await forgetPage();
    await outbox.flush(user, tokenUrl);
  }

  outbox.listen(async (event, { record, html, why, left }) => {
    if (event === "delivered") {
      sessionStorage.removeItem(`draft:${record.uuid}`);
      if (inUse(record.uuid) || main.querySelector("[data-flush]")) show(html);
      say("saved");
      warn(null);
    } else if (event === "refused") {
      if (inUse(record.uuid)) { await outbox.forget(record.uuid); show(html); } else warn("refused", { why });
      say(null);
    } else if (event === "later" || event === "signed-out") {
      if (sending) main.replaceChildren(document.getElementById("waiting").content.cloneNode(true));
      sending = null;
      say("waiting");
      if (event === "signed-out") warn("signedOut");
      else warn(left === 1 ? "offlineOne" : "offlineMany", { n: left });
    } else if (event === "empty") {
      if (main.querySelector("[data-flush]")) location.reload();
      else if (alert.textContent && !sending) warn(null);
    }
  });

  async function swap(target) {
    if (target.dataset.busy) return;
    target.dataset.busy = "1";
    try {
      const fields = [...new FormData(target)].filter(([name]) => name !== "csrfmiddlewaretoken");
      const response = await outbox.post(target.action, fields, tokenUrl);
      if (response.type === "opaqueredirect") return location.reload();
      if (!response.ok && response.status !== 422) throw new Error(String(response.status));
      if (response.headers.get("HX-Redirect")) return location.assign(response.headers.get("HX-Redirect"));
      show(await response.text());
      warn(null);
      say(null);
    } catch {
      warn("failed");
      delete target.dataset.busy;
    }
  }

  async function signOut(target) {
    await outbox.flush(user, tokenUrl);
    if ((await outbox.waiting(user)).length) return warn("held");
    await forgetPage();
    for (const left of await outbox.all()) if (left.user === user) await outbox.forget(left.uuid);
    sessionStorage.clear();
    target.submit();
  }

  document.addEventListener("submit", (event) => {
    const target = event.target;
    if (target.matches("[data-result]")) { event.preventDefault(); save(event.submitter); }
    else if (target.matches("[data-sign-out]")) { event.preventDefault(); signOut(target); }
    else if (target.matches("[data-swap]") && target.method === "post") { event.preventDefault(); swap(target); }
  });
  document.addEventListener("change", () => { branch(); draft(); });
  document.addEventListener("input", draft);
  document.addEventListener("click", (event) => {
    const quick = event.target.closest("[data-minutes], [data-at]");
    if (quick) {
      const at = new Date();
      if (quick.dataset.minutes) at.setMinutes(at.getMinutes() + Number(quick.dataset.minutes));
      else {
        at.setDate(at.getDate() + Number(quick.dataset.days ?? 0));
        at.setHours(...quick.dataset.at.split(":").map(Number), 0, 0);
      }
      const local = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
      document.getElementById("call_back_at").value = local;
      draft();
    }
    // A tap on an outcome brings what it asks for into view; the arrow keys, which also click, leave the page still.
    if (event.detail > 0 && event.target.matches("[data-answers], [data-call-back]")) {
      const next = event.target.matches("[data-call-back]") ? ".only-call-back" : ".only-answers";
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      main.querySelector(next)?.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "start" });
    }
    if (event.target.closest("[data-flush]")) { outbox.hurry(); outbox.flush(user, tokenUrl); }
  });

  async function beat() {
    const lease = form()?.elements.lease_key?.value;
    if (!lease || document.hidden || !navigator.onLine || sending) return;
    try {
      const response = await outbox.post(main.dataset.heartbeat, [["lease_key", lease], ["entry", form().elements.entry.value]], tokenUrl);
      if (response.status === 410) warn("lapsed");
    } catch { /* No signal: the next one will do, or the result goes by the outbox. */ }
  }
  setInterval(beat, HEARTBEAT);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { beat(); outbox.flush(user, tokenUrl); } });
  window.addEventListener("online", () => { outbox.hurry(); outbox.flush(user, tokenUrl); });

  ready();
  outbox.flush(user, tokenUrl);
})();
