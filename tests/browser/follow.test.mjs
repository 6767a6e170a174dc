// A conversation between a reporter and the desk, by the phrase.
import assert from 'node:assert/strict';
import { it } from './lib/stage.mjs';
import { atTheDesk, openForm, ready, says, send, write } from './lib/report.mjs';

it('a reporter is asked, and answers, by the phrase alone', async (person, town) => {
  const ana = await town.dispatcher();
  const from = ana.said.length;
  const page = await openForm(person);
  await write(page);
  await send(page);
  await says(page, 'report-desk-has-it');
  const words = await page.locator('#phrase .words').textContent();
  const digits = await page.locator('#phrase .digits').textContent();
  assert.equal(words.split(' ').length, 8);
  assert.match(digits, /^(\d{4} ){6}\d{4}$/);
  await person.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('[data-act=copy]').click();
  await says(page, 'ask-copied', '#copied');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), words);

  const { incident } = await atTheDesk(ana, from);
  ana.does(`claim ${incident}`);
  await ana.wait('that it is claimed', (value) => value.entry === 'claimed' && value.incident === incident, from);
  ana.does(`ask ${incident} Are they still there?`);

  await page.goto('/en/follow');
  await ready(page);
  await page.locator('[name=phrase]').fill('no such phrase');
  await page.locator('#follow-form button[type=submit]').click();
  await says(page, 'follow-error-phrase', '#error-phrase');
  await person.look(page, 'follow-wrong');
  await page.locator('[name=phrase]').fill(digits);
  await page.keyboard.press('Enter');
  await page.locator('#messages').getByText('Are they still there?').waitFor();
  await person.look(page, 'follow-asked');
  await page.locator('[name=reply]').fill('Yes, all of them.');
  await page.locator('[data-act=reply]').click();
  await page.locator('#messages').getByText('Yes, all of them.').waitFor();
  await ana.wait('the answer', (value) => value.entry === 'reporter-said' && value.incident === incident, from);
});
