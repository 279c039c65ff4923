// The service worker of the published page: what was loaded once opens without a network, too. The network comes first,
// so that a page that is online is never an old one. Only the files of the app are kept, never a run.
'use strict';

const CACHE = 'makespan-app';
const FILES = [
  './', './app.js', './style.css', './app_bg.wasm', './engine_bg.wasm', './icon.svg', './manifest.webmanifest',
  './report.js', './report.pack', './unpack_bg.wasm',
];
const OWN = new Set(FILES.map((file) => new URL(file, self.location).href));
const SAMPLES = new URL('./samples/', self.location).href;

// What the cache knows a request by: the address without what the page reads for itself.
function key(address) {
  const url = new URL(address);
  url.search = '';
  url.hash = '';
  return url.href;
}

async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(key(request.url), response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(key(request.url));
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener('install', (event) => {
  const kept = caches.open(CACHE).then((cache) => cache.addAll(FILES));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const address = key(event.request.url);
  const isOurs = OWN.has(address) || address.startsWith(SAMPLES);
  if (event.request.method === 'GET' && isOurs) event.respondWith(fresh(event.request));
});
