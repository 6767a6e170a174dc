// Begins the worker. Jobs that come before it is ready wait. A connection that is cut just now is no reason to give up.
import init from './worker.glue.js';
const early = [];
self.onmessage = (event) => early.push(event);
for (let pause = 500, begun = false; !begun; pause = Math.min(pause * 2, 30_000)) {
  try {
    await init({ module_or_path: new URL('./worker.wasm', import.meta.url) });
    begun = true;
  } catch {
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
early.forEach((event) => self.onmessage(event));
