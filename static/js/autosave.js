// Saves a text a few seconds after the last change, with the version that was seen. Without this script: the Save button.
const form = document.querySelector("form[data-autosave]");
const field = form?.querySelector("textarea");
const words = form?.querySelector("[data-autosave-words]");
const hints = form?.querySelector("[data-hints]");
const QUIET = 4000;
let saved = field?.value;
let timer = 0;
let running = false;
let stopped = false;

const say = (text) => { words.textContent = text; };

function advise(found) {
  hints.replaceChildren();
  if (!found.length) return;
  const note = Object.assign(document.createElement("div"), { className: "note" });
  const list = document.createElement("ul");
  note.append(Object.assign(document.createElement("b"), { textContent: "Wording" }), list);
  for (const hint of found) list.append(Object.assign(document.createElement("li"), { textContent: `“${hint.phrase}”: ${hint.advice}` }));
  hints.append(note);
}

async function save() {
  clearTimeout(timer);
  if (running || stopped || field.value === saved) return;
  running = true;
  const text = field.value;
  const body = new FormData(form);
  say("Saving…");
  try {
    const answer = await fetch(form.action || location.href, {
      method: "POST", body, headers: { "X-Autosave": "yes", Accept: "application/json" }, redirect: "error",
    });
    const told = await answer.json();
    if (told.ok) {
      saved = text;
      form.elements.version.value = told.version;
      say(`Saved ${new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`);
      advise(told.hints);
    } else {
      stopped = answer.status === 409;
      say(`Not saved. ${told.words}`);
    }
  } catch {
    say("Not saved yet: the portal cannot be reached. Your text stays here.");
    timer = setTimeout(save, QUIET * 3);
  }
  running = false;
  if (!stopped && field.value !== saved && field.value !== text) timer = setTimeout(save, QUIET);
}

field?.addEventListener("input", () => {
  if (stopped) return;
  clearTimeout(timer);
  timer = setTimeout(save, QUIET);
});
form?.addEventListener("submit", () => { stopped = true; clearTimeout(timer); saved = field.value; });
addEventListener("beforeunload", (event) => { if (field && field.value !== saved) event.preventDefault(); });
