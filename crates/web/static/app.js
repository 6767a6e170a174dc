// Begins the app. A browser that cannot run it keeps the page's own words.
import './trusted.js';
import init from './app.glue.js';
await init({ module_or_path: new URL('./app.wasm', import.meta.url) });
document.getElementById('loading')?.remove();
// Without one (a private window) the app needs a connection to open, and that is all.
navigator.serviceWorker?.register('/app/service-worker.js', { scope: '/app/' }).catch(() => {});
