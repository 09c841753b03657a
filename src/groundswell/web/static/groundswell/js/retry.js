// The page shown without signal: it reloads itself when the signal is back.
window.addEventListener("online", () => location.reload());
document.querySelector("[data-retry]")?.addEventListener("click", (event) => { event.preventDefault(); location.reload(); });
