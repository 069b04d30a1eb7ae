// Signing in on the phone. Without this script the forms work by themselves; with it a scanned code goes off at once, and
// without a network it is kept in the phone with the time of scanning and sent later. A token makes sending twice harmless.
const root = document.querySelector("[data-sign]");
const QUEUE = "wudan-sign-in";
const read = () => { try { return JSON.parse(localStorage.getItem(QUEUE)) ?? []; } catch { return []; } };
const write = (scans) => { try { localStorage.setItem(QUEUE, JSON.stringify(scans)); return true; } catch { return false; } };
const clock = (moment) => `${moment.getHours()}:${String(moment.getMinutes()).padStart(2, "0")}`;

const show = (kind, said) => {
  const card = root.querySelector("[data-card]");
  card.className = `s-card is-${kind}`;
  for (const part of ["title", "when", "text", "how"]) {
    const place = card.querySelector(`[data-${part}]`);
    place.textContent = said[part] ?? "";
    place.hidden = !said[part];
  }
  card.hidden = false;
  card.focus();
  root.querySelectorAll("[data-code]").forEach((form) => { form.hidden = true; });  // the same code again helps nobody
  root.querySelectorAll("[data-today]").forEach((part) => { part.hidden = kind === "yes"; });
};

const list = () => {
  const scans = read(), box = root.querySelector("[data-queue]");
  box.hidden = scans.length === 0;
  box.querySelector("[data-kept]").replaceChildren(...scans.map((one) => {
    const line = document.createElement("li"), when = new Date(one.at);
    line.textContent = `${when.getMonth() + 1}月${when.getDate()}日 ${clock(when)}扫的码`;
    return line;
  }));
};

const newToken = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
  (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

const keep = (code, token, at) => {
  const scans = read();
  if (!scans.some((one) => one.code === code)) scans.push({ code, token, at: at.toISOString() });
  const kept = write(scans);
  list();
  show(kept ? "kept" : "no", kept
    ? { title: "已存在手机里", when: clock(at), text: "现在没有网络。连上网络后打开本页，会自动上传。" }
    : { title: "没有存下来", text: "这部手机不允许保存。请教师见证签到。" });
};

// POST with the page's own fields; a log-in page in answer means that somebody has to log in first.
const send = async (form, at) => {
  const body = new FormData(form);
  body.set("at", at.toISOString());
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!(answer.headers.get("Content-Type") ?? "").includes("json")) { form.submit(); return; }
  const said = await answer.json();
  show(said.accepted ? "yes" : "no", said);
  root.querySelectorAll("[data-unsigned]").forEach((part) => { part.hidden = said.accepted; });
};

const scan = async (form) => {
  const at = new Date(), data = new FormData(form);
  try { await send(form, at); } catch { keep(data.get("code"), data.get("token"), at); }
};

const flush = async () => {
  const scans = read();
  if (!scans.length || !navigator.onLine) return;
  try {
    const asked = await fetch(root.dataset.sync, { headers: { Accept: "application/json" } });
    if (!(asked.headers.get("Content-Type") ?? "").includes("json")) {
      show("kept", { title: "请先登录", text: "登录后会自动上传存在手机里的签到码。" });
      return;
    }
    const { csrf } = await asked.json();
    const answer = await fetch(root.dataset.sync, {
      method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
      body: JSON.stringify({ now: new Date().toISOString(), scans }),
    });
    if (!answer.ok) return;
    const { answers } = await answer.json(), done = new Set(answers.map((one) => one.token));
    write(read().filter((one) => !done.has(one.token)));
    list();
    const last = answers.at(-1);
    if (last) show(last.accepted ? "yes" : "no", last);
  } catch { /* the network went away again: everything is still kept */ }
};

// A camera in the page where the browser knows how to read codes; else the phone's own camera app opens the link.
const camera = async (box) => {
  const video = box.querySelector("[data-video]"), foreign = box.querySelector("[data-foreign]");
  const buttons = [box.querySelector("[data-camera]"), box.querySelector("[data-camera-stop]")];
  let stream = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    show("no", { title: "相机打不开", text: "请在手机设置里允许本页使用相机，或用手机自带的相机扫码，或等教师打开签到后输入屏幕上的数字。" });
    return;
  }
  const on = (running) => {
    video.hidden = !running;
    buttons.forEach((button, n) => { button.hidden = running === (n === 0); });
  };
  const stop = () => {
    stream.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    foreign.hidden = true;
    on(false);
    buttons[0].focus();
  };
  buttons[1].addEventListener("click", stop, { once: true });
  video.srcObject = stream;
  on(true);
  await video.play();
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  const look = async () => {
    if (!video.srcObject) return;
    const found = (await detector.detect(video).catch(() => []))[0]?.rawValue ?? "";
    const link = URL.canParse(found) ? new URL(found) : null;
    if (link?.origin === location.origin && link.pathname === root.dataset.post) { location.assign(link); return; }
    if (found) foreign.hidden = false;
    setTimeout(look, 250);
  };
  look();
};

if (root) {
  navigator.serviceWorker?.register(root.dataset.worker).catch(() => {});
  list();
  root.querySelectorAll("[data-typed]").forEach((form) => form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    send(form, new Date())
      .catch(() => show("no", { title: "没有网络", text: "数字和口令要联网才能用。可以扫码存下来，或请教师见证。" }))
      .finally(() => {
        button.disabled = false;
        delete form.dataset.sent;
        form.elements.token.value = newToken();
      });
  }));
  const form = root.querySelector("[data-code]");
  const code = new URLSearchParams(location.search).get("c");
  if (form) {
    form.addEventListener("submit", (event) => { event.preventDefault(); delete form.dataset.sent; scan(form); });
    scan(form);
  } else if (code && "without" in root.dataset) {
    keep(code, newToken(), new Date());
  }
  const box = root.querySelector("[data-scan]");
  if (box && "BarcodeDetector" in window && navigator.mediaDevices) {
    box.hidden = false;
    root.querySelector("[data-app]").hidden = true;
    box.querySelector("[data-camera]").addEventListener("click", () => camera(box));
  }
  if (!form) flush();
  window.addEventListener("online", flush);
}
