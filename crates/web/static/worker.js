// Begins the worker. Jobs that come before it is ready wait.
import init from './worker.glue.js';
const early = [];
self.onmessage = (event) => early.push(event);
await init({ module_or_path: new URL('./worker.wasm', import.meta.url) });
early.forEach((event) => self.onmessage(event));
