// The lobby: counts down by the server's clock, and frees the button at the hour or when the host has begun. Where
// thousands begin at once, each phone goes in at a moment of its own in the first seconds (session_rules.start_spread).
"use strict";
(() => {
  const lobby = document.getElementById("lobby");
  const shown = lobby.querySelector("[data-countdown]"), button = lobby.querySelector("[data-start]");
  const notYet = lobby.querySelector("[data-not-yet]"), announced = lobby.querySelector("[data-announced]");
  // A phone's clock may be wrong by minutes: what it says is used for what has passed since the page came, only.
  const ahead = Date.now() / 1000 - Number(lobby.dataset.now);
  const two = (number) => String(number).padStart(2, "0");
  const told = () => ({ ...lobby.dataset, ...document.querySelector("#here [data-phase]")?.dataset });
  const until = (moment) => moment - (Date.now() / 1000 - ahead);
  const share = Math.random();
  let free = !button.hasAttribute("aria-disabled"), coming = null;

  function tick() {
    const { phase, begins } = told();
    if (["closed", "cancelled", "missed"].includes(phase)) return location.reload();
    const left = Math.ceil(until(Number(begins)));
    if (coming) say(lobby.dataset.coming, true);
    else if (phase === "live") say(lobby.dataset.begun, true);
    else if (left <= 0) say(lobby.dataset.hour, true);
    else say(left >= 172800 ? lobby.dataset.days.replace("{n}", Math.floor(left / 86400)) : clock(left), false);
    setTimeout(tick, 1000);
  }
  const clock = (left) => {
    const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60;
    return hours ? `${hours}:${two(minutes)}:${two(left % 60)}` : `${minutes}:${two(left % 60)}`;
  };

  function say(words, now) {
    if (shown.textContent.trim() !== words) shown.textContent = words;
    if (now === free) return;
    free = now;
    notYet.hidden = now;
    if (now) {
      button.removeAttribute("aria-disabled");
      button.removeAttribute("aria-describedby");
      announced.textContent = words;
    } else {
      button.setAttribute("aria-disabled", "true");
    }
  }

  button.form.addEventListener("submit", (event) => {
    const { begins, spread } = told();
    const seconds = until(Number(begins) + share * Number(spread ?? 0));
    if (!free || !(Number(spread) > 0) || seconds <= 0) return;
    event.preventDefault();
    if (coming) return;
    coming = setTimeout(() => button.form.submit(), seconds * 1000);
    button.setAttribute("aria-busy", "true");
    shown.textContent = lobby.dataset.coming;
    notYet.textContent = announced.textContent = lobby.dataset.many;
    notYet.hidden = false;
  });
  tick();
})();
