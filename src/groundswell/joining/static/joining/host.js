/* On the site that shows the form: make each of our frames as tall as it says. Heeds messages from those frames only. */
(() => {
  const own = new URL(document.currentScript.src).origin;
  addEventListener("message", (event) => {
    if (event.origin !== own || event.data?.groundswell !== "height") return;
    const height = Number(event.data.height);
    const frame = [...document.querySelectorAll("iframe")].find((one) => one.contentWindow === event.source);
    if (frame && height > 0 && height < 20000) frame.height = String(Math.ceil(height));
  });
})();
