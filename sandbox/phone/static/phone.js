// Puts new messages on the phones as they come, and copies what is to be typed.
// Without this file the page reloads itself and its texts can be selected by hand.
"use strict";

document.documentElement.classList.add("js");

const phones = document.getElementById("phones");
const status = document.getElementById("status");

async function showPhones() {
  const answer = await fetch(phones.dataset.source);
  if (!answer.ok) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  phones.replaceChildren(...page.body.childNodes);
}

const events = new EventSource(`/events?after=${phones.dataset.latest}`);

events.addEventListener("message", async () => {
  await showPhones();
  status.textContent = "";
  status.textContent = status.dataset.arrived;
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
