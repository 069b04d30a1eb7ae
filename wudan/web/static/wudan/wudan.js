// Small helps for pages that already work without them. One listener each; nothing is built here.
const ready = (root) => {
  root.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.onclick = () => window.print();
  });
  root.querySelectorAll("[data-pick-all]").forEach((box) => { box.hidden = false; });
  root.querySelectorAll("[data-batch]").forEach(counted);
  root.querySelector("[data-focus]")?.focus();
};

// Batch selection: how many are picked, all on this page.
const counted = (form) => {
  const boxes = [...form.querySelectorAll("[data-pick]")];
  const picked = boxes.filter((box) => box.checked).length;
  const words = form.querySelector("[data-picked]");
  if (words) words.textContent = picked ? `已选${picked}条` : "还没有选择";
  const all = form.querySelector("[data-pick-all]");
  if (all) { all.checked = picked > 0 && picked === boxes.length; all.indeterminate = picked > 0 && picked < boxes.length; }
  form.querySelectorAll(".w-sticky button").forEach((button) => { button.disabled = picked === 0; });
};

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-batch]");
  if (event.target.matches("[data-pick-all]")) {
    form.querySelectorAll("[data-pick]").forEach((box) => { box.checked = event.target.checked; });
  }
  if (form) counted(form);
  const upload = event.target.closest("[data-upload]");
  if (upload) chosen(upload);
});

// Uploads: drop a file, see what was chosen.
const chosen = (upload) => {
  const files = [...(upload.querySelector("input[type=file]")?.files ?? [])];
  const size = (n) => (n < 1e6 ? `${Math.max(n / 1000, 0.1).toFixed(1)}千字节` : `${(n / 1e6).toFixed(1)}兆字节`);
  upload.querySelector("[data-chosen]").textContent = files.map((f) => `已选择：${f.name}（${size(f.size)}）`).join("；");
};
for (const kind of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const drop = event.target.closest?.(".w-drop");
    if (!drop) return;
    event.preventDefault();
    drop.classList.toggle("is-over", kind === "dragover");
    const input = drop.querySelector("input[type=file]");
    if (kind === "drop" && event.dataTransfer.files.length && input && !input.disabled) {
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}

// Dialogs: the button opens the dialog instead of the page or the folded form.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog?.showModal) { event.preventDefault(); dialog.showModal(); return; }
  event.target.closest("[data-close]")?.closest("dialog")?.close();
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-once], [data-batch]");
  if (!form) return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  window.addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
});

// The network is slow or gone: say so, keep what was typed.
const offline = document.querySelector("[data-offline]");
for (const kind of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(kind, () => { if (offline) offline.hidden = false; });
}
document.addEventListener("htmx:afterOnLoad", () => { if (offline) offline.hidden = true; });
document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
ready(document);
