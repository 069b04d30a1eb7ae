// The text editor of a draft: numbered lines, the way to a line, two spaces for Tab. Without it the textarea works all the same.
const lined = (area) => {
  const wrap = document.createElement("div");
  const lines = document.createElement("div");
  wrap.className = "w-code-lined";
  lines.className = "w-code w-code-lines";
  lines.setAttribute("aria-hidden", "true");
  area.before(wrap);
  wrap.append(lines, area);
  const count = () => {
    const wanted = area.value.split("\n").length;
    if (Number(lines.dataset.count) !== wanted) {
      lines.textContent = Array.from({ length: wanted }, (_, n) => n + 1).join("\n");
      lines.dataset.count = String(wanted);
    }
    lines.style.height = `${area.offsetHeight}px`;
    lines.scrollTop = area.scrollTop;
  };
  area.addEventListener("input", count);
  area.addEventListener("scroll", () => { lines.scrollTop = area.scrollTop; });
  new ResizeObserver(count).observe(area);
  count();
};

const goTo = (area, line) => {
  const before = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const end = area.value.indexOf("\n", before);
  area.focus();
  area.setSelectionRange(before, end < 0 ? area.value.length : end);
  area.scrollTop = Math.max((line - 6) * 20, 0);
};

const area = document.querySelector("textarea[data-code]");
if (area) {
  lined(area);
  const wanted = Number(area.form.dataset.goto);
  if (wanted) goTo(area, wanted);
  const name = area.form.elements.namedItem("name")?.value;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-line]");
    if (!link || link.dataset.file !== (area.form.elements.namedItem("name")?.value ?? name)) return;
    event.preventDefault();
    goTo(area, Number(link.dataset.line));
  });
  // What was typed and not saved is not lost by a slip.
  let saved = area.value;
  area.form.addEventListener("submit", () => { saved = area.value; });
  window.addEventListener("beforeunload", (event) => { if (area.value !== saved) event.preventDefault(); });
}
