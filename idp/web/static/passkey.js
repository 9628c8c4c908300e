"use strict";
// Asks the authenticator what the page says, and sends the answer with the form (WebAuthn, section 5).
(function (document) {
  function toBytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (char) { return char.charCodeAt(0); });
  }

  function toText(buffer) {
    var plain = Array.from(new Uint8Array(buffer), function (byte) { return String.fromCharCode(byte); });
    return btoa(plain.join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  }

  // As PublicKeyCredential.parse…OptionsFromJSON and toJSON do, where a browser has them.
  function asked(options) {
    options.challenge = toBytes(options.challenge);
    if (options.user) options.user.id = toBytes(options.user.id);
    [options.allowCredentials, options.excludeCredentials].forEach(function (list) {
      (list || []).forEach(function (each) { each.id = toBytes(each.id); });
    });
    return options;
  }

  function answered(credential) {
    var response = {};
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .forEach(function (name) {
        if (credential.response[name]) response[name] = toText(credential.response[name]);
      });
    return JSON.stringify({
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: response,
      clientExtensionResults: {}
    });
  }

  document.querySelectorAll("[data-passkey]").forEach(function (form) {
    var failed = form.querySelector("[data-failed]");
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopImmediatePropagation();
      failed.textContent = "";
      if (!navigator.credentials || !window.PublicKeyCredential) {
        failed.textContent = failed.dataset.failed;
        return;
      }
      var options = asked(JSON.parse(form.dataset.options).publicKey);
      navigator.credentials[form.dataset.passkey]({ publicKey: options })
        .then(function (credential) {
          form.elements.credential.value = answered(credential);
          form.submit();
        })
        .catch(function () { failed.textContent = failed.dataset.failed; });
    });
  });
})(document);
