// The theme button. The server keeps the choice (account, cookie) and sets it on <html>; this only saves the page load.
(() => {
  const root = document.documentElement;
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const name = (button) => {
    const next = isDark() ? "light" : "dark";
    button.value = next;
    button.setAttribute("aria-label", `Use the ${next} theme`);
  };
  addEventListener("DOMContentLoaded", () => document.querySelectorAll("[data-theme-toggle]").forEach(name));
  addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form) return;
    event.preventDefault();
    const button = form.querySelector("[data-theme-toggle]");
    name(button);
    const data = new FormData(form);
    data.set("theme", button.value);
    root.dataset.theme = button.value;
    name(button);
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => {});
  });
})();
