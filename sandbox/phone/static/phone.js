// Puts new messages on the phones as they come, and copies what is to be typed.
// Without this file the page reloads itself and its texts can be selected by hand.
"use strict";

// Browsers give the clipboard to secure pages alone; elsewhere the buttons stay hidden.
if (navigator.clipboard) {
  document.documentElement.classList.add("js");
}

const phones = document.getElementById("phones");
const status = document.getElementById("status");

let arrived = false;
let showing = false;

async function showPhones() {
  const answer = await fetch(phones.dataset.source);
  if (answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    phones.replaceChildren(...page.body.childNodes);
  }
}

// One question at a time: many messages at once are shown together.
async function catchUp() {
  if (showing) {
    return;
  }
  showing = true;
  try {
    while (arrived) {
      arrived = false;
      await showPhones();
    }
  } finally {
    showing = false;
  }
  status.textContent = status.dataset.arrived;
}

const events = new EventSource(`/events?after=${phones.dataset.latest}`);

events.addEventListener("message", () => {
  arrived = true;
  status.textContent = "";
  catchUp();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) {
    await navigator.clipboard.writeText(button.dataset.copy);
    status.textContent = `${status.dataset.copied}: ${button.dataset.copy}`;
    button.classList.add("done");
    button.addEventListener("blur", () => button.classList.remove("done"), { once: true });
  }
});
