// A real Chromium, and windows that fail their test for whatever goes wrong in them: an uncaught exception, an error in
// the console, something that the page's policy forbids.
import { createRequire } from 'node:module';
import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { PATIENCE_MS, ROOT } from './town.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SCREENSHOTS = path.join(ROOT, 'target-web/screenshots');
const FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const PHONE = { width: 390, height: 844 };
export const LAPTOP = { width: 1280, height: 800 };

// The browser that is installed: CHROMIUM names one, else the first of the usual names on the PATH.
function installed() {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const places = (process.env.PATH ?? '').split(':');
  const candidates = [process.env.CHROMIUM, ...names.flatMap((name) => places.map((place) => path.join(place, name)))];
  const found = candidates.filter(Boolean).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new Error('there is no Chromium: scripts/setup --for test installs one, or name it in CHROMIUM');
  return found;
}

export class Browser {
  static async start(town) {
    const browser = new Browser();
    browser.town = town;
    browser.chromium = await chromium.launch({ executablePath: installed(), args: FLAGS });
    mkdirSync(SCREENSHOTS, { recursive: true });
    return browser;
  }

  stop() {
    return this.chromium.close();
  }

  // Somebody's browser with nothing in it. `options` are those of a browser's context; `allows` are errors of the
  // console that belong to the test, as a connection that is cut.
  async person(options = {}, allows = []) {
    const context = await this.chromium.newContext(
      { viewport: PHONE, locale: 'en-US', baseURL: this.town.address, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    if (options.javaScriptEnabled !== false) {
      await context.addInitScript({ content: AXE });
      await context.addInitScript(() => addEventListener('securitypolicyviolation', (event) => {
        console.error(`forbidden by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      }));
    }
    return new Person(context, allows);
  }
}

// A reply stream is looked for before the desk has made it. A browser calls every such answer an error.
const NOT_THERE_YET = /status of 404 .*\/v1\/streams\//;

class Person {
  constructor(context, allows) {
    this.context = context;
    this.allows = [NOT_THERE_YET, ...allows];
    this.troubles = [];
    context.on('weberror', (error) => this.trouble(String(error.error()?.stack ?? error.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') this.trouble(`${message.text()} (${message.location().url})`);
    });
  }

  trouble(text) {
    if (!this.allows.some((allowed) => allowed.test(text))) this.troubles.push(text);
  }

  async open(address) {
    const page = await this.context.newPage();
    await page.goto(address);
    return page;
  }

  // What everybody must be able to use, and a picture of it. Call it in every state that a person can be in.
  async look(page, name) {
    const { violations } = await page.evaluate((rules) => globalThis.axe.run({ runOnly: rules }), RULES);
    for (const found of violations) {
      const where = found.nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join('; ');
      this.troubles.push(`${name}: ${found.id}: ${found.help}: ${where}`);
    }
    await picture(page, name);
  }

  async close() {
    await this.context.close();
    if (this.troubles.length > 0) throw new Error(this.troubles.join('\n'));
  }
}

// A picture of a state. Nothing that moves is waited for.
export async function picture(page, name) {
  const size = page.viewportSize().width < 700 ? 'phone' : 'laptop';
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.${size}.png`), fullPage: true, animations: 'disabled' });
}

// What fits on the screen, for the README: `scripts/pictures` puts it there.
export async function postcard(page, name) {
  await page.evaluate(() => scrollTo(0, 0)).catch(() => {});
  await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.postcard.png`), animations: 'disabled' });
}
