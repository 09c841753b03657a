// Tells what htmx could not show in place: a refusal, a broken connection. The words come from the page's own markup.
(() => {
  const toast = () => document.getElementById("toast");
  let timer;
  const say = (text) => {
    const box = toast();
    if (!box || !text) return;
    box.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => { box.textContent = ""; }, 8000);
  };
  document.addEventListener("htmx:response:error", (event) => {
    const status = event.detail.ctx.response.status;
    if (status === 422) return;
    say(status === 401 || status === 403 ? toast()?.dataset.forbidden : toast()?.dataset.failed);
  });
  document.addEventListener("htmx:error", () => say(navigator.onLine ? toast()?.dataset.failed : toast()?.dataset.offline));
  document.addEventListener("groundswell:say", (event) => say(event.detail));
})();
