// <form data-sign-out data-user="..." data-token="..." data-held="...">: results kept on this phone go first. What cannot be
// sent now is told once; whoever presses again leaves all the same, and the results go when they sign in next.
"use strict";
(() => {
  const form = document.querySelector(".who [data-sign-out]");
  if (!form) return;
  const { user, token, held } = form.dataset;
  let told = false;
  outbox.flush(user, token);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const left = await outbox.close(user, token);
    if (left && !told) {
      told = true;
      document.dispatchEvent(new CustomEvent("groundswell:say", { detail: held }));
    } else form.submit();
  });
})();
