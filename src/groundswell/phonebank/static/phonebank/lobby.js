// The lobby: counts down by the server's clock, and frees the button at the hour or when the host has begun.
"use strict";
(() => {
  const lobby = document.getElementById("lobby");
  const shown = lobby.querySelector("[data-countdown]"), button = lobby.querySelector("[data-start]");
  const notYet = lobby.querySelector("[data-not-yet]"), announced = lobby.querySelector("[data-announced]");
  // A phone's clock may be wrong by minutes: what it says is used for what has passed since the page came, only.
  const ahead = Date.now() / 1000 - Number(lobby.dataset.now);
  const two = (number) => String(number).padStart(2, "0");
  let free = !button.hasAttribute("aria-disabled");

  function tick() {
    const part = document.querySelector("#here [data-phase]");
    const begins = Number(part?.dataset.begins ?? lobby.dataset.begins);
    const phase = part?.dataset.phase ?? lobby.dataset.phase;
    if (phase === "closed" || phase === "cancelled") return location.reload();
    const left = Math.ceil(begins - (Date.now() / 1000 - ahead));
    if (phase === "live") say(lobby.dataset.begun, true);
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
  tick();
})();
