// Beside the event's own time, the visitor's, where their clock shows another; and their zone for the letters.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone) return;
  document.querySelectorAll("[data-own-zone]").forEach((field) => {
    if (!field.value) field.value = zone;
  });
  const language = document.documentElement.lang || undefined;
  const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  document.querySelectorAll("time[data-starts]").forEach((shown) => {
    const starts = new Date(shown.dataset.starts);
    const ends = new Date(shown.dataset.ends);
    // The offset in the server's own writing is the event's; the same offset needs no second time.
    const offset = shown.dataset.starts.match(/([+-])(\d\d):(\d\d)$/);
    const minutes = offset ? (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) : 0;
    if (-starts.getTimezoneOffset() === minutes) return;
    const own = document.createElement("span");
    own.className = "own-clock";
    const place = zone.split("/").pop().replaceAll("_", " ");
    own.textContent = `${shown.dataset.label} (${place}): ${day.format(starts)}, ${clock.format(starts)}–${clock.format(ends)}`;
    shown.append(own);
  });
})();
