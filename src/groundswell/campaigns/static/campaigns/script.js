// Branches of a script: a step with data-show-if="12 15" is asked only after one of these options is chosen for the same
// person. A step that is not asked is disabled too, so that it sends nothing. Without JavaScript every step shows, with the
// words "If they said ...".
(() => {
  const apply = (list) => {
    for (const step of list.querySelectorAll("[data-show-if]")) {
      const wanted = step.dataset.showIf.split(" ");
      const asked = wanted.some((id) => {
        const box = list.querySelector(`input[value="${id}"]:checked:not([data-number])`);
        return box && !box.closest("[data-step]").disabled;
      });
      step.hidden = !asked;
      step.disabled = !asked;
    }
  };
  const applyAll = (root) => root.querySelectorAll?.("[data-script-steps]").forEach(apply);
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-script-steps]");
    if (list) apply(list);
  });
  document.addEventListener("htmx:after:swap", () => applyAll(document));
  // A pressed radio lets go when pressed again: a caller who slipped can leave the question open.
  document.addEventListener("pointerdown", (event) => {
    const label = event.target.closest(".script-option");
    const radio = label?.querySelector('input[type="radio"]');
    if (radio) radio.dataset.was = radio.checked ? "on" : "";
  });
  document.addEventListener("click", (event) => {
    const radio = event.target;
    if (radio.type !== "radio" || !radio.closest(".script-option") || radio.dataset.was !== "on") return;
    radio.checked = false;
    radio.dataset.was = "";
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  });
  applyAll(document);
})();
