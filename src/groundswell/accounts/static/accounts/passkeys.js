// What allauth's script leaves out: words for whoever pressed "cancel" or held up the wrong finger, and the Enter key in
// the passkey's name, which would send the form without a passkey.
"use strict";
(() => {
  const failed = document.getElementById("passkey-failed");
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    failed.hidden = false;
    failed.scrollIntoView({ block: "nearest" });
  });
  document.getElementById("mfa_webauthn_add")?.form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.getElementById("mfa_webauthn_add").click();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#mfa_webauthn_add, #mfa_webauthn_authenticate, #passkey_login")) failed.hidden = true;
  });
})();
