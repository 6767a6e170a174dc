// Begins what is behind the report form: it works as soon as this is loaded, while the person is still typing.
import './trusted.js';
import init from './report.glue.js';
await init({ module_or_path: new URL('./report.wasm', import.meta.url) });
