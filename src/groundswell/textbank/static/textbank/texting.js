// The volunteer's screen. Everything works as plain forms; this sees to it that a press is a press: a key that is held
// repeats, and a repeat is none. It also fills in canned replies, opens the questions that follow an answer, and keeps
// what is being written through a reload.
"use strict";
(() => {
  document.documentElement.classList.add("js");

  // A held Enter or space presses whatever is in focus again and again, and the next text is in focus after each press.
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest?.("textarea, input:not([type=radio], [type=checkbox])");
    if (event.repeat && (event.key === "Enter" || event.key === " ") && !writes) event.preventDefault();
  }, true);

  // Pressed twice before the answer is there, it goes once. (The server takes each press once, whatever comes.)
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-press]");
    if (!form) return;
    if (form.dataset.busy) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    form.dataset.busy = "1";
    form.querySelector("[type=submit]")?.setAttribute("aria-busy", "true");
  }, true);
  const free = () => {
    for (const form of document.querySelectorAll("[data-busy]")) {
      delete form.dataset.busy;
      form.querySelector("[type=submit]")?.removeAttribute("aria-busy");
    }
  };
  for (const over of ["htmx:finally:request", "htmx:error"]) document.addEventListener(over, free);
  // Back from another page as it was left.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // The next text is ready under the thumb, and under Enter: for one press more.
  document.addEventListener("htmx:after:swap", () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    document.querySelector("#texting [data-send]")?.focus({ preventScroll: true });
  });

  const words = document.getElementById("words");
  const draft = words?.form.dataset.draft;
  // What was sent is a draft no more: then it stands as our last line.
  const sent = [...document.querySelectorAll("#conversation > .thread .ours .text-bubble")].pop()?.innerText.trim();
  if (draft && sessionStorage.getItem(draft)?.trim() === sent) sessionStorage.removeItem(draft);
  if (draft && !words.value) words.value = sessionStorage.getItem(draft) ?? "";
  words?.addEventListener("input", () => sessionStorage.setItem(draft, words.value));
  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    if (!fill) return;
    words.value = fill.dataset.fill;
    words.dispatchEvent(new Event("input", { bubbles: true }));
    words.focus();
  });

  // A question with data-show-if stands open once one of these options is chosen.
  const branch = () => {
    for (const step of document.querySelectorAll("[data-script-steps] [data-show-if]")) {
      const wanted = step.dataset.showIf.split(" ");
      const chosen = step.parentElement.querySelectorAll("fieldset:not([hidden]) input:checked");
      step.hidden = step.disabled = ![...chosen].some((input) => wanted.includes(input.value));
    }
  };
  document.addEventListener("change", branch);
  branch();

  // To the newest line.
  document.querySelector("#conversation > .thread > :last-child")?.scrollIntoView({ block: "nearest" });
})();
