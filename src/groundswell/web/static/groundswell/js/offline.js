// The service worker keeps the shell of the site, so that a reload without signal says so kindly instead of failing.
if ("serviceWorker" in navigator) {
  window.addEventListener("load", () => { navigator.serviceWorker.register("/sw.js").catch(() => {}); });
}
