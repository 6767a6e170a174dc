// Runs the test files in one process, so that they share one network and one browser.
//
//   node run.mjs [NAME...]     default: all; NAME is the beginning of a file's name
import { readdirSync } from 'node:fs';
import { count } from './lib/stage.mjs';

const wanted = process.argv.slice(2);
const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.test.mjs')).sort();
const chosen = files.filter((name) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)));
for (const file of chosen) await import(`./${file}`);

// The last line: whatever runs this counts by it.
process.on('exit', (code) => {
  if (code !== 0 && count.failed === 0) count.failed = 1;
  console.log(`browser: ${count.passed} passed, ${count.failed} failed`);
});
