// What saves a keystroke: menus that close, focus on the error summary, single keys. Every page works without it.
const root = document.documentElement;
const openMenus = () => document.querySelectorAll("details.menu[open]");

addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

addEventListener("focusin", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  }
});

document.querySelector("[data-focus]")?.focus();

// A row of views that scrolls sideways begins at the current one.
document.querySelector(".views [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });

// After an htmx swap: focus goes to the heading of what came, if it asks for it.
addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.("[data-focus]")?.focus());

// A form is sent once, however often its button is pressed; after a while again, for forms that answer with a file.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.again !== undefined) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Single keys. Off in fields, with a modifier held, and for people who turned them off.
const isTyping = (target) => target.closest("input, select, textarea, [contenteditable]");
const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
const linkOf = (row) => row.querySelector("[data-open]") ?? row.querySelector("a");
let before = "";

function step(by) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1)];
  if (next) linkOf(next)?.focus();
}

const keys = {
  "/": () => {
    const field = document.querySelector("[data-find]");
    if (field?.offsetParent) field.focus(); else location.assign("/search/");
  },
  "?": () => document.querySelector("[data-keys-list]")?.showModal(),
  j: () => step(1),
  k: () => step(-1),
  o: () => document.activeElement.closest("[data-row]") && linkOf(document.activeElement.closest("[data-row]"))?.click(),
  "g t": () => location.assign("/"),
  "g c": () => document.querySelector('a[href="/practice/clients/"]')?.click(),
};

addEventListener("keydown", (event) => {
  if (root.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const pair = `${before} ${event.key}`;
  before = event.key === "g" ? "g" : "";
  const does = keys[pair] ?? keys[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});
