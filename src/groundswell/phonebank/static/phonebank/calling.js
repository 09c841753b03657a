// The caller's screen. Everything here also works as plain forms; this adds the outbox, the branching of the script,
// the lease kept alive while the page is open, and a draft that survives a phone dropping the page during the call.
"use strict";
(() => {
  const main = document.getElementById("call");
  const state = document.getElementById("state");
  const alert = document.getElementById("alert");
  const user = main.dataset.user, tokenUrl = main.dataset.token;
  const HEARTBEAT = 60000;
  let sending = null, toldOfLeft = false;
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
    if (form()) form().noValidate = true;
    for (const passing of main.querySelectorAll("[data-lasts]")) {
      setTimeout(() => passing.remove(), passing.dataset.lasts * 1000);
    }
    keep();
    go(main.querySelector("[data-goes]")?.dataset.goes);
  }

  // To where the session has gone (session.js tells), as soon as nothing is in hand and nothing waits to be sent.
  async function go(where) {
    if (where && !form() && !sending && !(await outbox.waiting(user)).length) location.replace(where);
  }
  document.addEventListener("groundswell:goes", (event) => go(event.detail));

  // Branching: a step with data-show-if stands open when one of these options is chosen for the same person.
  function branch() {
    for (const steps of main.querySelectorAll("[data-script-steps]")) {
      for (const step of steps.querySelectorAll("[data-show-if]")) {
        const wanted = step.dataset.showIf.split(" ");
        const open = [...steps.querySelectorAll("fieldset:not([hidden]) input:checked")].some((i) => wanted.includes(i.value));
        step.hidden = step.disabled = !open;
      }
    }
    callBack();
  }

  // The picker speaks the time of those who are rung, wherever the caller is. What has passed is not offered, and what is
  // not asked for is off, so that it cannot stop the form from where nobody sees it.
  const inZone = (at, zone) =>
    new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(at).replace(" ", "T");
  function moment({ minutes, at, days }, zone) {
    if (minutes) return inZone(Date.now() + minutes * 60000, zone);
    return `${inZone(Date.now() + (days ?? 0) * 86400000, zone).slice(0, 10)}T${at}`;
  }
  function callBack() {
    const picker = main.querySelector("[data-zone]");
    if (!picker) return;
    const { zone } = picker.dataset;
    const field = document.getElementById("call_back_at");
    field.disabled = !main.querySelector("[data-call-back]:checked");
    field.required = !field.disabled;
    field.min = inZone(Date.now(), zone);
    picker.querySelector("[data-quick]").hidden = false;
    for (const quick of picker.querySelectorAll("[data-at]")) quick.hidden = moment(quick.dataset, zone) <= field.min;
    picker.querySelector("[data-elsewhere]").hidden = inZone(Date.now(), zone) === inZone(Date.now());
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

  // What is missing is asked for before anything is kept: without signal the server cannot ask. The browser's own check
  // would complain of the outcomes that are folded away.
  function isWanting() {
    const field = [...form().elements].find((one) => one.willValidate && !one.validity.valid && one.offsetParent);
    if (!field) return false;
    field.scrollIntoView({ block: "center" });
    field.reportValidity();
    return true;
  }

  async function save(submitter) {
    if (isWanting()) return;
    const uuid = form().dataset.uuid;
    if (sending === uuid) return;
    sending = uuid;
    form().elements.occurred_at.value = new Date().toISOString();
    const fields = [...new FormData(form(), submitter)].filter(([name]) => name !== "csrfmiddlewaretoken");
    if (main.dataset.goes && submitter?.name !== "keep") fields.push(["last", "1"]);
    say("saving");
    form().querySelectorAll("[type=submit]").forEach((button) => button.setAttribute("aria-busy", "true"));
    // Words for this phone only, should the server not take it.
    const what = main.querySelector("[name=outcome]:checked")?.closest("label").textContent.trim() ?? "";
    const whom = [...main.querySelectorAll("[data-person] h1")].find((h) => h.checkVisibility())?.textContent.trim() ?? "";
    await outbox.put({ uuid, user, url: form().getAttribute("action"), fields, at: Date.now(), what, whom });
    await forgetPage();
    await outbox.flush(user, tokenUrl);
  }

  outbox.listen(async (event, { record, html, left }) => {
    if (event === "delivered") {
      sessionStorage.removeItem(`draft:${record.uuid}`);
      if (inUse(record.uuid) || main.querySelector("[data-flush]")) show(html);
      say("saved");
      warn(null);
    } else if (event === "refused") {
      // What this page shows can be put right here and now; anything else stays in sight above it.
      if (html && inUse(record.uuid)) { await outbox.forget(record.uuid); show(html); }
      else if (html && main.querySelector("[data-flush]")) show(html);
      else if (inUse(record.uuid)) location.assign(main.dataset.elsewhere);
      say(null);
    } else if (event === "later" || event === "signed-out") {
      if (sending) main.replaceChildren(document.getElementById("waiting").content.cloneNode(true));
      sending = null;
      say("waiting");
      if (event === "signed-out") warn("signedOut");
      else if (toldOfLeft) warn("held");
      else warn(left === 1 ? "offlineOne" : "offlineMany", { n: left });
    } else if (event === "empty") {
      if (main.querySelector("[data-flush]")) location.reload();
      else if (alert.textContent && !sending) warn(null);
    }
  });

  async function swap(target) {
    if (target.dataset.busy) return;
    target.dataset.busy = "1";
    if ((await outbox.waiting(user)).length) await outbox.flush(user, tokenUrl);
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
    const left = await outbox.close(user, tokenUrl);
    if (left && !toldOfLeft) {
      toldOfLeft = true;
      return warn("held");
    }
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
      document.getElementById("call_back_at").value = moment(quick.dataset, quick.closest("[data-zone]").dataset.zone);
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
    if (!lease || main.dataset.goes || document.hidden || !navigator.onLine || sending) return;
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
