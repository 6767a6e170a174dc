// A neighbor's report, from the form to the desk.
import assert from 'node:assert/strict';
import { it } from './lib/stage.mjs';
import { atTheDesk, contains, kept, keepsNothing, openForm, ready, says, send, write } from './lib/report.mjs';

// What a cut connection writes into the console.
const CUT = [/net::ERR_INTERNET_DISCONNECTED/, /net::ERR_FAILED/, /net::ERR_NETWORK_CHANGED/];
const SECRET = 'two dark vans and four agents';
const DAY_MS = 24 * 60 * 60 * 1000;

it('a report in Somali reaches the desk, and the phone keeps nothing of it', async (person, town) => {
  const ana = await town.dispatcher();
  const from = ana.said.length;
  const page = await openForm(person, 'so');
  await person.look(page, 'report-ready-so');
  await write(page, { text: SECRET });
  await page.locator('[name=interpreter]').check();
  await send(page);
  await page.locator('#after').waitFor();
  await says(page, 'report-desk-has-it');
  await person.look(page, 'report-received-so');
  const report = await atTheDesk(ana, from);
  const mark = ana.said.length;
  ana.does(`show ${report.incident}`);
  const shown = await ana.wait('the report', (value) => JSON.stringify(value).includes(SECRET), mark);
  assert.match(JSON.stringify(shown), /"so"/, 'its language');
  await keepsNothing(page);
  assert.equal(await page.locator('[name=activity]').inputValue(), '', 'the form is empty again');
});

it('without a connection a report is kept, and goes when there is one', async (person, town) => {
  const ana = await town.dispatcher();
  const from = ana.said.length;
  const page = await openForm(person);
  await person.context.setOffline(true);
  await write(page, { text: SECRET });
  await send(page);
  await says(page, 'report-kept-offline');
  await person.look(page, 'report-kept-offline');
  const records = await kept(page);
  assert.ok(records.length > 0, 'it is kept');
  assert.ok(!contains(records, SECRET), 'and sealed');
  await person.context.setOffline(false);
  await says(page, 'report-desk-has-it');
  await atTheDesk(ana, from);
  await keepsNothing(page);
}, { allows: CUT });

it('a report survives that the page is loaded again', async (person, town) => {
  const ana = await town.dispatcher();
  const from = ana.said.length;
  const page = await openForm(person);
  const calls = '**/v1/streams/**';
  await person.context.route(calls, (route) => route.abort());
  await write(page, { text: SECRET });
  await send(page);
  await page.locator('#after').waitFor();
  await page.reload();
  await ready(page);
  await says(page, 'report-kept');
  await person.context.unroute(calls);
  await says(page, 'report-desk-has-it');
  await atTheDesk(ana, from);
  await keepsNothing(page);
}, { allows: CUT });

it('what is wrong is said beside the field, and nothing is lost', async (person) => {
  const page = await openForm(person);
  const wrong = async (field, id) => {
    await send(page);
    await says(page, id, `#error-${field}`);
    assert.equal(await page.locator(`[name=${field}]`).first().getAttribute('aria-invalid'), 'true');
  };
  await wrong('kind', 'report-error-activity');
  await page.locator('input[name=kind][value=checkpoint]').check();
  await wrong('place_text', 'report-error-place');
  await page.locator('input[name=kind][value=other]').check();
  await page.locator('[name=place_text]').fill('4th and 3rd');
  await wrong('activity', 'report-error-activity');
  const long = '🚨'.repeat(2001);
  await page.locator('[name=activity]').fill(long);
  await wrong('activity', 'report-error-too-long');
  await person.look(page, 'report-wrong');
  assert.equal(await page.locator('[name=activity]').inputValue(), long);
  await page.locator('[name=activity]').fill('🚨');
  // A field that is folded away is unfolded to be seen.
  await page.locator('[name=people]').evaluate((field) => { field.value = 'many'; });
  await wrong('people', 'report-error-count');
  assert.ok(await page.locator('[name=people]').isVisible());
});

it('a clock that is a day off is said, and the text stays', async (person) => {
  const page = await person.context.newPage();
  await page.clock.setSystemTime(Date.now() + DAY_MS);
  await page.goto('/en/report');
  await ready(page);
  await write(page, { text: SECRET });
  await says(page, 'report-error-clock');
  await send(page);
  await says(page, 'report-error-clock');
  assert.equal(await page.locator('[name=activity]').inputValue(), SECRET);
  assert.equal((await kept(page)).length, 0);
});

it('where the phone is goes along only when asked, and a refusal is said', async (person, town) => {
  const ana = await town.dispatcher();
  const page = await openForm(person);
  const nearMe = page.locator('[data-act=near-me]');
  await nearMe.click();
  await says(page, 'report-error-location-refused', '#error-place_text');
  await person.context.grantPermissions(['geolocation']);
  await person.context.setGeolocation({ latitude: 44.9484, longitude: -93.256 });
  await nearMe.click();
  await page.locator('[data-act=near-me][aria-pressed=true]').waitFor();
  const from = ana.said.length;
  await write(page, { place: '' });
  await send(page);
  await says(page, 'report-desk-has-it');
  await atTheDesk(ana, from);
});

it('a report that is sent before the program is there is sent once', async (person, town) => {
  const ana = await town.dispatcher();
  const from = ana.said.length;
  let go;
  const gate = new Promise((resolve) => { go = resolve; });
  await person.context.route('**/report.wasm', async (route) => {
    await gate;
    await route.continue();
  });
  const page = await person.open('/en/report');
  await write(page);
  await send(page);
  await send(page);
  go();
  await says(page, 'report-desk-has-it');
  await atTheDesk(ana, from);
  const mark = ana.said.length;
  ana.does('queue');
  await ana.wait('its queue', (value) => value.event !== 'entry', mark);
  assert.equal(ana.said.slice(from).filter((value) => value.entry === 'report').length, 1);
});

it('a report can be sent with the keyboard alone', async (person) => {
  const page = await openForm(person);
  const until = async (selector) => {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press('Tab');
      if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    }
    assert.fail(`no way to ${selector}`);
  };
  await until('[name=first_hand]');
  await page.keyboard.press('Space');
  await until('[name=kind]');
  await page.keyboard.press('Space');
  await until('[name=place_text]');
  await page.keyboard.type('4th and 3rd');
  await until('#report button[type=submit]');
  await page.keyboard.press('Enter');
  await page.locator('#after').waitFor();
  assert.ok(await page.evaluate(() => document.activeElement.closest('#after') !== null), 'the focus goes along');
});

it('a second tab keeps a report for as long as it is open, and says so', async (person) => {
  await openForm(person);
  const second = await openForm(person);
  await person.context.setOffline(true);
  await write(second);
  await send(second);
  await says(second, 'report-kept-open');
  await person.context.setOffline(false);
  await says(second, 'report-sent');
}, { allows: CUT });
