// <button data-opens="ID"> opens <dialog id="ID">; a press outside or on [data-closes] closes it.
// <form data-needs-signal="..."> stays as it is without a network, and says so, instead of giving way to an error page.
// <form data-confirm="Sure?"> and <button data-confirm="..."> ask first. Without JavaScript the server asks.
(() => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) {
      document.getElementById(opener.dataset.opens)?.showModal();
      event.preventDefault();
      return;
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
    if (event.target.nodeName === "DIALOG") event.target.close();
  });
  document.addEventListener("submit", (event) => {
    const lost = navigator.onLine ? null : event.target.dataset.needsSignal;
    if (lost) {
      event.preventDefault();
      event.stopImmediatePropagation();
      document.dispatchEvent(new CustomEvent("groundswell:say", { detail: lost }));
      return;
    }
    const words = event.submitter?.dataset.confirm || event.target.dataset.confirm;
    if (words && !window.confirm(words)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, true);
  document.addEventListener("click", async (event) => {
    const copier = event.target.closest("[data-copies]");
    if (!copier) return;
    const source = document.getElementById(copier.dataset.copies);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    document.dispatchEvent(new CustomEvent("groundswell:say", { detail: copier.dataset.copied }));
  });
})();
