"use strict";
// Comfort only: every page works without this file.
(function (document) {
  document.documentElement.classList.add("script");

  function each(selector, act, root) {
    (root || document).querySelectorAll(selector).forEach(act);
  }

  // The error summary takes focus; its links lead into the field, with the label in view.
  each("[data-summary]", function (summary) {
    summary.setAttribute("tabindex", "-1");
    summary.focus();
    summary.addEventListener("click", function (event) {
      var link = event.target.closest("a[href^='#']");
      var target = link && document.getElementById(link.getAttribute("href").slice(1));
      if (!target) return;
      event.preventDefault();
      (target.closest("fieldset, .field") || target).scrollIntoView();
      var input = target.matches("fieldset") ? target.querySelector("input") : target;
      input.focus({ preventScroll: true });
    });
  });

  // Show or hide a password; it is hidden again before it is sent.
  each("[data-reveal]", function (button) {
    var input = document.getElementById(button.getAttribute("aria-controls"));
    var live = document.getElementById(input.id + "-live");
    button.addEventListener("click", function () {
      var show = input.type === "password";
      input.type = show ? "text" : "password";
      button.textContent = show ? button.dataset.hide : button.dataset.show;
      button.setAttribute("aria-label", show ? button.dataset.hideLabel : button.dataset.showLabel);
      live.textContent = show ? live.dataset.shown : live.dataset.hidden;
    });
    input.form.addEventListener("submit", function () {
      input.type = "password";
    });
  });

  // Copy what stands in another element; the button says so for a moment.
  each("[data-copy]", function (button) {
    var words = Array.from(button.childNodes);
    if (!navigator.clipboard) button.hidden = true;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent)
        .then(function () {
          button.textContent = button.dataset.copied;
          setTimeout(function () { button.replaceChildren.apply(button, words); }, 2000);
        });
    });
  });

  // A second press within two seconds is a slip. Buttons stay enabled: a failed send can be repeated.
  each("form", function (form) {
    var sentAt = 0;
    form.addEventListener("submit", function (event) {
      if (Date.now() - sentAt < 2000) event.preventDefault();
      else sentAt = Date.now();
    });
  });

  // Rules of a new password, ticked while one types. Letters are those of every alphabet.
  var met = {
    length: function (text) { return Array.from(text).length >= 8; },
    lower: function (text) { return /\p{Ll}/u.test(text); },
    upper: function (text) { return /\p{Lu}/u.test(text); },
    digit: function (text) { return /\p{Nd}/u.test(text); },
    special: function (text) { return /[^\p{L}\p{N}\p{M}\s]/u.test(text); }
  };
  each("[data-rules]", function (list) {
    document.getElementById(list.dataset.rules).addEventListener("input", function (event) {
      var text = event.target.value.normalize("NFC");
      each("li", function (item) {
        if (met[item.dataset.rule](text)) item.dataset.met = "";
        else delete item.dataset.met;
      }, list);
    });
  });

  // The wait before another code. The server keeps it; this only counts, and speaks once at the end.
  each("[data-wait]", function (button) {
    var end = Date.now() + 1000 * Number(button.dataset.wait);
    var left = button.querySelector("[data-left]");
    var live = document.getElementById("otp-live");
    function tick() {
      var seconds = Math.ceil((end - Date.now()) / 1000);
      if (seconds > 0) {
        button.setAttribute("aria-disabled", "true");
        left.textContent = button.dataset.waiting.replace("{s}", seconds);
        setTimeout(tick, 500);
      } else {
        button.removeAttribute("aria-disabled");
        left.textContent = "";
        live.textContent = button.dataset.ready;
      }
    }
    button.addEventListener("click", function (event) {
      if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
    });
    tick();
  });

  // The code from the text message, where the browser offers it (WebOTP).
  var otp = document.querySelector("input[autocomplete='one-time-code']");
  if (otp && "OTPCredential" in window) {
    var abort = new AbortController();
    otp.form.addEventListener("submit", function () { abort.abort(); });
    navigator.credentials.get({ otp: { transport: ["sms"] }, signal: abort.signal })
      .then(function (credential) { if (credential && credential.code) otp.value = credential.code; })
      .catch(function () {});
  }
})(document);
