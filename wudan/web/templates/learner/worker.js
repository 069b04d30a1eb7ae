{% load static %}// Keeps one page and its styles in the phone, for a classroom without a network. It keeps nothing personal.
const SHELL = "{% url 'learner:sign_offline' %}";
const KEPT = [SHELL, "{% static 'vendor/tabler/css/tabler.min.css' %}", "{% static 'wudan/tokens.css' %}", "{% static 'wudan/frame.css' %}", "{% static 'wudan/parts.css' %}", "{% static 'wudan/print.css' %}", "{% static 'wudan/learner.css' %}", "{% static 'wudan/sign.css' %}", "{% static 'wudan/sign.js' %}", "{% static 'wudan/wudan.js' %}", "{% static 'vendor/htmx/htmx.min.js' %}", "{% static 'wudan/mark.svg' %}"];
const NAME = "sign " + KEPT.join(" ");

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((n) => n.startsWith("sign ") && n !== NAME).map((n) => caches.delete(n)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const asked = event.request;
  if (asked.method !== "GET") return;
  if (asked.mode === "navigate") {
    event.respondWith(fetch(asked).catch(() => caches.match(SHELL)));
  } else if (KEPT.includes(new URL(asked.url).pathname)) {
    event.respondWith(caches.match(asked).then((kept) => kept ?? fetch(asked)));
  }
});
