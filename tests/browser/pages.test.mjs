// The public pages: what everybody reads, in every language, on a phone and a laptop.
import assert from 'node:assert/strict';
import { LAPTOP, it, picture } from './lib/stage.mjs';

const ROOMS = ['', 'report', 'alerts', 'taken', 'door', 'true', 'rights', 'help', 'follow', 'take-part', 'protects'];
// In another script, and from right to left.
const PICTURED = ['en', 'so', 'ar'];

// The languages that the front page offers.
async function languages(page) {
  const offered = await page.locator('[hreflang]').evaluateAll((links) => links.map((link) => link.hreflang));
  return [...new Set([...offered, 'en'])].filter((tag) => tag !== 'x-default');
}

it('every public page can be used in every language', async (person) => {
  const page = await person.open('/en/');
  const spoken = await languages(page);
  assert.ok(spoken.length > 1, `more than English: ${spoken}`);
  for (const language of spoken) {
    for (const room of ROOMS) {
      const answer = await page.goto(`/${language}/${room}`);
      assert.equal(answer.status(), 200, `${language}/${room}`);
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      assert.equal(await page.locator('h1').count(), 1, `one heading: ${language}/${room}`);
      await person.look(page, `${room || 'front'}-${language}`);
    }
  }
});

it('every public page fits a laptop', async (person) => {
  const page = await person.open('/en/');
  for (const language of PICTURED) {
    for (const room of ROOMS) {
      await page.goto(`/${language}/${room}`);
      await picture(page, `${room || 'front'}-${language}`);
      const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide <= seen, `${language}/${room} is wider than the window`);
    }
  }
}, { options: { viewport: LAPTOP } });

it('without JavaScript the report page says whom to call, and nothing that is typed leaves it', async (person) => {
  const page = await person.open('/en/report');
  assert.ok(await page.locator('noscript').first().isVisible());
  await page.locator('[name=place_text]').fill('4th and 3rd');
  const asked = [];
  person.context.on('request', (request) => asked.push(request.url()));
  await page.locator('button[type=submit]').click();
  await picture(page, 'report-without-javascript');
  assert.equal(new URL(page.url()).search, '');
  assert.deepEqual(asked, []);
}, { options: { javaScriptEnabled: false } });
