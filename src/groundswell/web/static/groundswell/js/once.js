// On the pages of people without an account: a form that is pressed twice in a moment is sent once. Without a network it stays
// as it is and says so (data-needs-signal), also in a frame of another site, where nothing else of ours is loaded.
(() => {
  const MOMENT = 4000;
  const sent = new WeakMap();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    const lost = navigator.onLine ? null : form.dataset.needsSignal;
    const isAgain = event.timeStamp - (sent.get(form) ?? -MOMENT) < MOMENT;
    if (lost || isAgain) event.preventDefault();
    if (lost) say(form, lost);
    else if (!isAgain) sent.set(form, event.timeStamp);
  });
  // Back on a page that was kept: whoever returned means it.
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form").forEach((form) => sent.delete(form));
  });
  const say = (form, words) => {
    const line = form.querySelector("[data-said]") ?? document.createElement("p");
    line.className = "errorlist nonfield";
    line.dataset.said = "";
    line.setAttribute("role", "alert");
    line.textContent = words;
    form.prepend(line);
    line.scrollIntoView({ block: "nearest" });
  };
})();
