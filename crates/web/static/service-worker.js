// Lets the app open without a connection. The relay comes first: what it gives is kept, and given again when it cannot be
// reached. Only the app's own files are kept; nothing that is called or followed passes through here.
const KEPT = 'bystand-app';

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const list = await (await fetch('/app/hashes.txt')).text();
    const names = list.split('\n').map((line) => line.slice(66)).filter(Boolean);
    await (await caches.open(KEPT)).addAll(['/app/', ...names.map((name) => `/app/${name}`)]);
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const isOurs = request.method === 'GET' && new URL(request.url).pathname.startsWith('/app/');
  if (isOurs) event.respondWith(fresh(request));
});

async function fresh(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(request, answer.clone());
    return answer;
  } catch (error) {
    const before = await kept.match(request, { ignoreSearch: true });
    if (before) return before;
    throw error;
  }
}
