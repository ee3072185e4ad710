// Live countdowns. The server prints the words and the instants; this keeps the words true.
// <html data-now> or [data-now] near the clock gives the server's time, so that a wrong clock here does no harm.
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const served = document.querySelector("[data-now]")?.dataset.now;
const ahead = served ? Date.parse(served) - Date.now() : 0;
const two = (n) => String(n).padStart(2, "0");

function paint() {
  for (const clock of document.querySelectorAll("[data-deadline]")) {
    const left = Math.round((Date.parse(clock.dataset.deadline) - Date.now() - ahead) / 1000);
    const s = Math.abs(left), h = Math.floor(s / 3600), m = Math.floor((s % 3600) / 60);
    clock.textContent = calm ? `${h}:${two(m)}` : `${h}:${two(m)}:${two(s % 60)}`;
    if (left < 0) {
      clock.closest(".clock")?.classList.add("is-late");
      const words = clock.nextElementSibling;
      if (words?.dataset.late) words.textContent = words.dataset.late;
    }
  }
}
if (document.querySelector("[data-deadline]")) {
  paint();
  setInterval(paint, calm ? 60000 : 1000);
}
