// Other words chosen, and the buttons open with those; the device's own share sheet, where it has one.
// Without JavaScript the buttons open with the first wording, and the link can be copied by hand.
(() => {
  const words = (panel) => panel.querySelector(".share-words :checked")?.value || panel.dataset.title;
  const fill = (panel) => {
    const text = words(panel);
    for (const anchor of panel.querySelectorAll("a[data-pattern]")) {
      const { pattern, link } = anchor.dataset;
      const values = { text, link, both: `${text} ${link}`, title: panel.dataset.title };
      anchor.href = pattern.replace(/\{(\w+)\}/g, (_all, name) => encodeURIComponent(values[name]));
    }
  };
  document.addEventListener("change", (event) => {
    const panel = event.target.closest("[data-share]");
    if (panel && event.target.closest(".share-words")) fill(panel);
  });
  document.addEventListener("click", (event) => {
    const device = event.target.closest("[data-share-device]");
    if (!device) return;
    const panel = device.closest("[data-share]");
    // Whoever closes the sheet again has shared nothing, and that is no error.
    navigator.share({ title: panel.dataset.title, text: words(panel), url: device.dataset.shareDevice }).catch(() => {});
  });
  for (const panel of document.querySelectorAll("[data-share]")) {
    if (navigator.share) panel.querySelector("[data-share-device]").hidden = false;
    // Where a browser kept another choice over a reload.
    if (panel.querySelector(".share-words :checked")) fill(panel);
  }
})();
